import { redactText } from './redact.ts';
import { storableText } from './storable.ts';

// Redaction, for what is stored, of a text that is still coming.
//
//   S1. What it gives, joined, is the whole text redacted, however the text was cut into pieces.
//   S2. Nothing is given before it is sure that no continuation makes it sensitive.
//   S3. As long as nothing sensitive has been said, what is held back is a word, a number and what announces a secret.
//       From the first that has been said the rest is held until the end: its number depends on all of the text.

export interface RedactionStream {
  /** Takes a piece and gives what is sure by now. */
  readonly add: (piece: string) => string;
  /** Gives the rest. */
  readonly end: () => string;
}

/** What may be part of a secret behind it, beyond white space. */
const announcements: readonly RegExp[] = [
  /\b(?:Bearer|Basic)$/i,
  /\b(?:api|client|access)$/i,
  /\b(?:api[ _-]?key|client[ _-]?secret|access[ _-]?token)\b["']?\s*(?:is)?$/i,
  /\b(?:cvv2?|cvc2?|csc|cid|security|card)(?:\s+(?:verification|security|is|code|value|number))*$/i,
  /[\p{Nd}\]][\s\p{P}]{1,4}exp\w*$/iu,
  // An IBAN may be written in groups.
  /(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]){0,34}$/,
  /-----BEGIN(?: [A-Z]+)*$/,
];
/** More than any announcement takes. */
const announcementReach = 1_000;

/**
 * Where a text may be cut: behind a word, because no secret but those announced reaches over a letter and white space; and
 * behind a letter and a mark of punctuation of scripts that write no spaces.
 */
const cuts = /\p{L}(?=\s)|\p{L}[\u3001\u3002\uff01\uff0c\uff1f]/gu;
const spaceless = /[\u3001\u3002\uff01\uff0c\uff1f]$/;
/** Between two spaces these may go on over letters of any script: addresses with passwords, values of keys. */
const reachesOverLetters = /(?:[=:@/]|[\w.~+-]{16})\S*$/;

const privateKey = /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/g;
const privateKeyEnd = /-----END (?:[A-Z]+ )*PRIVATE KEY-----/g;

export function redactionStream(): RedactionStream {
  let whole = '';
  let given = '';
  /** Of `whole`, what has been given and what has been looked at for places to cut. */
  let givenTo = 0;
  let lookedTo = 0;
  let isHolding = false;
  const give = (end: number): string => {
    const text = storableText(whole.slice(givenTo, end));
    if (redactText(text, { profile: 'stored' }).found.length > 0) {
      isHolding = true;
      return '';
    }
    givenTo = end;
    given += text;
    return text;
  };
  return {
    add: (piece) => {
      whole += piece;
      if (isHolding) return '';
      let end = givenTo;
      cuts.lastIndex = lookedTo;
      for (let cut = cuts.exec(whole); cut !== null; cut = cuts.exec(whole)) {
        const at = cut.index + cut[0].length;
        if (isSure(whole.slice(givenTo, at))) end = at;
      }
      // The last letter may yet be followed by a space, the last character may be half of one.
      lookedTo = Math.max(givenTo, whole.length - 2);
      return give(end);
    },
    end: () => redactText(whole, { profile: 'stored' }).value.slice(given.length),
  };
}

/** Whether nothing in this text, all that is held, can be part of a secret that goes on behind it. */
function isSure(held: string): boolean {
  if (held.match(privateKey)?.length !== held.match(privateKeyEnd)?.length) return false;
  const near = held.slice(-announcementReach);
  if (spaceless.test(near) && reachesOverLetters.test(near)) return false;
  return announcements.every((announcement) => !announcement.test(near));
}
