/**
 * An e-mail address. In JSON within a text it begins behind an escape: `\nada@shop.example` is a line of its own and no
 * `nada`, so that the text and its JSON hold the same addresses.
 */
export const emailAddress =
  /(?:(?<=\\[bfnrt]|\\u[\da-f]{4})|(?<![\p{L}\p{N}._%+-])(?!(?<=\\)(?:[bfnrt]|u[\da-f]{4})[\p{L}\p{N}._%+-]))[\p{L}\p{N}._%+-]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.){1,8}[\p{L}]{2,63}/gu;
