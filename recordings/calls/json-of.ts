import type { Json } from '#harness';
import { asJson } from '../format/json.ts';

/**
 * What tools are given and answer, as a model is shown it: what has a `toJSON` is what that says, and nothing is null, in a list as well.
 * @throws UnrecordableError for what JSON would lose without a word (bytes, a Map), naming where it stands.
 */
export function jsonOf(value: unknown, pointer: string): Json {
  return value === undefined ? null : asJson(value, pointer, spelledByItself);
}

function spelledByItself(value: object): unknown {
  return 'toJSON' in value && typeof value.toJSON === 'function' ? value.toJSON() : undefined;
}
