import type { Json } from '#harness';
import { indented, inlineValue, showValue } from './show-value.ts';

/** One message of a model's context, in lines: as the AI SDK has it, or as OpenAI's APIs do. */
export function showMessage(message: Json): readonly string[] {
  const { role, content, ...rest } = fieldsOf(message);
  if (typeof role !== 'string') return showPart(message);
  const { providerOptions: _, ...others } = rest;
  const parts = Array.isArray(content) ? content : content === undefined ? [] : [content];
  const lines = [
    ...parts.flatMap(showPart),
    ...(Object.keys(others).length === 0 ? [] : showValue(others)),
  ];
  const [only = ''] = lines;
  return lines.length === 1 ? [`${role}: ${only}`] : [`${role}:`, ...indented(lines)];
}

function showPart(part: Json): readonly string[] {
  if (typeof part === 'string') return part.split('\n');
  const { type, text, toolName, input, output } = fieldsOf(part);
  if (typeof type === 'string' && typeof text === 'string') {
    if (type === 'reasoning') return `(thinking) ${text}`.split('\n');
    if (type.endsWith('text')) return text.split('\n');
  }
  if (type === 'tool-call' && typeof toolName === 'string') {
    return pointed(`calls ${toolName}`, input ?? null);
  }
  if (type === 'tool-result' && typeof toolName === 'string') {
    return pointed(`${toolName} ->`, fieldsOf(output)['value'] ?? output ?? null);
  }
  return showValue(part);
}

/** A value behind what it is: on the same line where it fits. */
export function pointed(what: string, value: Json): readonly string[] {
  const lines = showValue(value);
  const [only = ''] = lines;
  return lines.length === 1 && only === inlineValue(value)
    ? [`${what} ${only}`]
    : [what, ...indented(lines)];
}

function fieldsOf(value: Json | undefined): Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}
