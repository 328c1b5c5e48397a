import { type Json, jsonSchema } from '#harness';

/**
 * Takes out of what was sent to OpenAI and came back what gives access or names an account, and is known only by where it
 * stands: what a request hands on to a server of tools, and the organisation that an answer names.
 */
export interface CredentialRedaction {
  readonly value: (value: Json) => Json;
  readonly text: (text: string) => string;
}

const credentialProperty =
  /^(?:(?:proxy-)?authorization|(?:set-)?cookie|(?:x-)?api[_-]?key|x-[\w-]*(?:key|token|secret)|password|passphrase|(?:client|api)[_-]?secret|(?:access|refresh|auth|bearer|id|session)[_-]?token|private[_-]?key)$/i;
const account = /\b(?:org-[A-Za-z0-9]{12,}|proj_[A-Za-z0-9]{12,})(?![A-Za-z0-9])/g;

const placeholder = /^\[(?:account|credential) \d+\]$/;

/** Within one recording the same credential has the same placeholder. */
export function createCredentialRedaction(): CredentialRedaction {
  const stands = new Map<string, string>();
  const placeholderOf = (kind: string, secret: string): string => {
    if (placeholder.test(secret)) return secret;
    const known = stands.get(secret);
    const stand = known ?? `[${kind} ${stands.size + 1}]`;
    stands.set(secret, stand);
    return stand;
  };
  const plain = (text: string): string =>
    text.replaceAll(account, (found) => placeholderOf('account', found));
  const text = (given: string): string => {
    const parsed = parseComposite(given);
    if (parsed === undefined) return plain(given);
    const clean = JSON.stringify(value(parsed));
    return clean === JSON.stringify(parsed) ? given : clean;
  };
  const value = (given: Json): Json => {
    if (typeof given === 'string') return text(given);
    if (Array.isArray(given)) return given.map(value);
    if (typeof given !== 'object' || given === null) return given;
    return Object.fromEntries(
      Object.entries(given).map(([property, each]): [string, Json] => [
        property,
        typeof each === 'string' && each !== '' && credentialProperty.test(property)
          ? placeholderOf('credential', each)
          : value(each),
      ]),
    );
  };
  return { value, text };
}

/** Arguments of tools are JSON in a text. */
function parseComposite(text: string): Json | undefined {
  if (!/^\s*[{[]/.test(text)) return undefined;
  try {
    return jsonSchema.parse(JSON.parse(text));
  } catch {
    // A model may write what only begins like JSON: looked at as the text it is.
    return undefined;
  }
}
