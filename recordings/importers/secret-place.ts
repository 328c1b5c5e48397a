import type { Json } from '#harness';
import { findSecrets } from '../format/find-secrets.ts';

/** What looks like a secret in a value, and where: `request/body/user`. Neither holds anything of it. */
export interface SecretPlace {
  readonly kind: string;
  readonly place: string;
}

export function secretIn(value: Json): SecretPlace | undefined {
  const kind = kindIn(value);
  return kind === undefined ? undefined : { kind, place: placeIn(value).join('/') };
}

function placeIn(value: Json): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  for (const [property, each] of Object.entries(value)) {
    if (kindIn(property) !== undefined) return ['the name of a property'];
    // With its name, for what some properties hold is no secret.
    const held: Json = Array.isArray(value) ? each : { [property]: each };
    if (kindIn(held) !== undefined) return [property, ...placeIn(each)];
  }
  return [];
}

const kindIn = (value: Json): string | undefined => findSecrets(JSON.stringify(value))[0]?.kind;
