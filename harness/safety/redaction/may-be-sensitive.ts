// Most texts hold nothing that is to be taken out, and every text that is kept or sent out is looked at. This only says that
// there may be something, by what nothing of its kind is without: whoever is told so looks closely.

/** Shorter than the shortest address or card code with its word. */
const shortest = 6;

const signs: readonly RegExp[] = [
  /@|sk-|[rs]k_|A[KS]IA|gh[pousr]_|github_pat_|xox[abprs]-|AIza|eyJ|PRIVATE KEY|\[card \d/,
  /bearer\s|basic\s|api[ _-]?key|client[ _-]?secret|access[ _-]?token/i,
  /\b(?:cvv2?|cvc2?|csc|cid|card (?:verification|security)|security code)\b/i,
  // An account number: its country and check digits, and what follows without a gap of two.
  /(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]){11}/,
  // A card number: its digits, of whatever script, with whatever else than words between them.
  /\p{Nd}(?:[^\p{L}\p{N}]{0,4}\p{Nd}){12}/u,
];

export function mayBeSensitive(text: string): boolean {
  return text.length >= shortest && signs.some((sign) => sign.test(text));
}
