import { redactText } from '#harness/values';

// Most of what is imported holds nothing that must be out, and to look for it properly costs more than all else. This looks at
// JSON as it is written, once, and only says that there may be something: whoever is told so looks properly.
//
//   M1. What redaction would change or the scan of a recording find is never passed: where in doubt, there may be something.
//   M2. What is escaped in the text, also in JSON within it, is no shelter.

const escaped = String.raw`\\+(?:u[\da-f]{4}|[bfnrt"/])?`;
const afterEscape = String.raw`(?<=\\[bfnrt]|\\u[\da-f]{4})`;
const space = String.raw`(?:\s|${escaped})+`;
/** What stands between the digits of a card: anything but letters and digits, or what escapes stand for. */
const gap = String.raw`(?:${escaped}|[^\p{L}\p{N}\\]){0,4}`;

const signs: readonly RegExp[] = [
  // Addresses, and passwords in URLs.
  /@/,
  // What is replaced before it is kept, and what stands where something was taken out.
  /\\u(?:0000|d[89a-f])|\[(?:card|iban|key|e-mail|cvv|account|credential) \d/i,
  // Keys that begin as their issuers make them, and accounts.
  /sk-[\w-]{16}|[rs]k_(?:live|test)_|A[KS]IA[A-Z\d]{16}|gh[pousr]_[A-Za-z\d]{36}|github_pat_|xox[abprs]-/,
  /AIza[\w-]{35}|eyJ[\w-]{8,}\.eyJ|PRIVATE KEY|org-[A-Za-z\d]{12}|proj_[A-Za-z\d]{12}/,
  // What a secret is by its name.
  /authorization|cookie|passw|passphrase|secret|api[ _-]?key|private[_-]?key/i,
  /(?:access|refresh|auth|bearer|id|session)[ _-]?token|"x-[\w-]*(?:key|token)\\*"/i,
  new RegExp(`(?:bearer|basic)${space}[\\w.~+/-]{16}`, 'iu'),
  new RegExp(
    `(?:(?<!\\w)|${afterEscape})(?:cvv2?|cvc2?|csc|cid|card (?:verification|security)|(?:card[_ ]?)?security[_ ]?code|card_?code)(?![a-z])`,
    'iu',
  ),
  // A card begins with none of the other digits; of other scripts it may be any.
  new RegExp(
    `(?:(?<!\\p{Nd})|${afterEscape})(?:[2-689]|(?!\\d)\\p{Nd})(?:${gap}\\p{Nd}){12}`,
    'iu',
  ),
];

/** Ids and ciphertext begin like an account number often enough to look at what follows. */
const account = new RegExp(
  `(?:(?<![A-Za-z\\d])|${afterEscape})[A-Za-z]{2}\\d{2}(?:[ -]?[A-Za-z\\d]){11,}`,
  'gu',
);

/** Whether JSON may hold what a recording must not. `json` is as `JSON.stringify` writes it. */
export function mayHoldSecret(json: string): boolean {
  return signs.some((sign) => sign.test(json)) || holdsAccount(json);
}

function holdsAccount(json: string): boolean {
  for (const [found] of json.matchAll(account)) {
    if (redactText(found, { profile: 'outbound' }).found.length > 0) return true;
  }
  return false;
}
