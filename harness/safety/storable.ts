import type { Json } from '../session/event.ts';

/** The text as PostgreSQL can keep it: it takes no NUL and no half of a character, and U+FFFD stands in their place. */
export function storableText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\ufffd');
}

/** The value with all its strings and property names storable. */
export function storableJson(value: Json): Json {
  if (typeof value === 'string') return storableText(value);
  if (Array.isArray(value)) return value.map(storableJson);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [storableText(name), storableJson(each)]),
  );
}
