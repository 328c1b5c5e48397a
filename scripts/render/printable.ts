/** What a terminal would obey, but for line breaks, tabs and colours. */
// oxlint-disable-next-line no-control-regex -- control characters are what this is about.
const controls = /(?!\x1b\[\d{1,3}m)[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;

/** A text that is safe to print, whoever wrote it: control characters are shown and not obeyed. */
export function printable(text: string): string {
  return text.replaceAll(
    controls,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}
