import type { Json } from './view.ts';

const summaryLength = 160;

/** A value on one line, as it is read and not as it is written. */
export function inline(value: Json): string {
  if (value === null || typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`;
  return Object.entries(value)
    .map(([key, each]) => `${key}: ${isPlain(each) ? inline(each) : `(${inline(each)})`}`)
    .join(', ');
}

const isPlain = (value: Json): boolean => typeof value !== 'object' || Array.isArray(value);

/** The start of a text, its spaces and line ends made one space each. */
export function oneLine(text: string): string {
  const line = text
    .slice(0, summaryLength * 2)
    .replaceAll(/\s+/g, ' ')
    .trim();
  return line.length > summaryLength ? `${line.slice(0, summaryLength)}…` : line;
}
