import { inline, oneLine } from '../one-line.ts';
import type { Block, Item, Json } from '../view.ts';
import { fieldsOf } from './fields-of.ts';

/**
 * A message as a model was sent it, whoever's API that was: the AI SDK's, or OpenAI's Responses or Chat Completions. What is
 * not known is shown as the data that it is. Ids of calls and items are left out: recordings rename them, and two that say the
 * same are the same.
 */
export function readMessage(message: Json): Item {
  const { role, type, content, tool_calls: calls, ...rest } = fieldsOf(message);
  if (typeof role === 'string') {
    const blocks = [...contentBlocks(content), ...listOf(calls).map(partBlock)];
    const left = withoutIds(rest);
    return {
      role,
      title: role,
      blocks: left === undefined ? blocks : [...blocks, data('more', left)],
    };
  }
  const [itemRole] = itemRoles.find(([, types]) => types.includes(nameOf(type))) ?? ['message'];
  return { role: itemRole, title: itemRole, blocks: [partBlock(message)] };
}

/** Who says an item of the Responses API that names nobody. */
const itemRoles: readonly (readonly [string, readonly string[]])[] = [
  ['assistant', ['function_call', 'reasoning', 'web_search_call', 'file_search_call']],
  ['tool', ['function_call_output']],
];

function contentBlocks(content: Json | undefined): readonly Block[] {
  if (content === undefined || content === null) return [];
  if (typeof content === 'string') return [textBlock(content)];
  return listOf(content).map(partBlock);
}

function partBlock(part: Json): Block {
  const {
    type,
    text,
    toolName,
    name,
    input,
    output,
    arguments: given,
    function: called,
  } = fieldsOf(part);
  if (typeof text === 'string')
    return type === 'reasoning' ? { kind: type, text } : textBlock(text);
  if (type === 'tool-call') return data(`calls ${nameOf(toolName)}`, input ?? null);
  if (type === 'tool-result') return data(`${nameOf(toolName)} says`, outputOf(output));
  if (type === 'function_call') return data(`calls ${nameOf(name)}`, parsed(given));
  if (type === 'function_call_output') return data('the tool says', parsed(output));
  if (called !== undefined) {
    const { name: tool, arguments: asked } = fieldsOf(called);
    return data(`calls ${nameOf(tool)}`, parsed(asked));
  }
  return data(typeof type === 'string' ? type : 'data', part);
}

/** The AI SDK wraps a tool's output in its type; a failure's type says that it is one. */
function outputOf(output: Json | undefined): Json {
  const { type, value } = fieldsOf(output);
  if (value === undefined) return output ?? null;
  return type === 'text' || type === 'json' ? value : { [nameOf(type)]: value };
}

/** A text; one that is JSON from its start to its end is shown as the data that it says. */
export function textBlock(text: string): Block {
  const value = /^\s*[[{]/.test(text) ? parsed(text) : text;
  return typeof value === 'string' ? { kind: 'text', text } : data('JSON', value);
}

/** The start of a text, or of the data that it says. */
export function textLine(text: string): string {
  const block = textBlock(text);
  return oneLine(block.kind === 'data' ? inline(block.value) : text);
}

/** JSON that an API wraps in a text. */
function parsed(text: Json | undefined): Json {
  if (typeof text !== 'string') return text ?? null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const ids = new Set(['id', 'tool_call_id', 'status']);

function withoutIds(rest: Readonly<Record<string, Json>>): Json | undefined {
  const left = Object.entries(rest).filter(([name, value]) => !ids.has(name) && value !== null);
  return left.length === 0 ? undefined : Object.fromEntries(left);
}

const nameOf = (value: Json | undefined): string =>
  typeof value === 'string' ? value : JSON.stringify(value ?? null);

const data = (label: string, value: Json): Block => ({ kind: 'data', label, value });

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}
