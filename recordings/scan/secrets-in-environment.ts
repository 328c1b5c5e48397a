import type { KnownSecret } from '../format/find-secrets.ts';

const secretName = /(?:key|token|secret|passw(?:or)?d|passphrase|credentials?)$/i;
/** Shorter ones stand in any text by chance. */
const valueCharactersMin = 12;

/** The values of variables that are named as secrets are, each to be told by its variable. */
export function secretsInEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): readonly KnownSecret[] {
  return Object.entries(environment).flatMap(([name, value = '']) =>
    secretName.test(name) && value.length >= valueCharactersMin
      ? [{ value, kind: `the value of ${name}` }]
      : [],
  );
}
