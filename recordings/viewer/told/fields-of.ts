import type { Json } from '../view.ts';

/** The properties of an object; none of what is no object. */
export function fieldsOf(value: Json | undefined): Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !isList(value) ? value : {};
}

/** `Array.isArray` does not know lists that may only be read. */
const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
