import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import { type Agent, fingerprint, type Json } from '#harness';
import { asJson, firstDifference } from './json.ts';
import { base64Of } from './recorded-file-data.ts';
import type { Definition, RequestDelta } from './recording.ts';

/** What a model is asked, in the parts that are compared one by one. */
export interface ModelRequest {
  /** The instructions. */
  readonly system: readonly string[];
  readonly tools: readonly Json[];
  readonly settings: Readonly<Record<string, Json>>;
  readonly messages: readonly Json[];
}

interface Question extends Pick<LanguageModelV4CallOptions, 'prompt'> {
  readonly tools: NonNullable<LanguageModelV4CallOptions['tools']>;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** What a call asks, as the SDK says it. Headers, the abort signal and raw chunks are how it is asked, and are left out. */
export function questionOf({
  prompt,
  tools = [],
  abortSignal: _,
  headers: __,
  includeRawChunks: ___,
  ...settings
}: LanguageModelV4CallOptions): Question {
  return { prompt, tools, settings };
}

/** Reads a call's options. */
export function requestOf(options: LanguageModelV4CallOptions): ModelRequest {
  const { prompt, tools, settings } = questionOf(options);
  const isInstruction = (message: (typeof prompt)[number]): boolean =>
    message.role === 'system' && message.providerOptions === undefined;
  return {
    system: prompt.flatMap((message) =>
      message.role === 'system' && isInstruction(message) ? [message.content] : [],
    ),
    tools: tools.map((tool, index) => asJson(tool, `/tools/${index}`)),
    settings: Object.fromEntries(
      Object.entries(settings)
        .filter(([, value]) => value !== undefined)
        .toSorted(([left], [right]) => (left < right ? -1 : 1))
        .map(([name, value]) => [name, asJson(value, `/${name}`)]),
    ),
    messages: prompt
      .filter((message) => !isInstruction(message))
      .map((message, index) => asJson(message, `/messages/${index}`, spelledFile)),
  };
}

/** Files of a prompt: bytes as base64, which stands there as well where somebody has it already, and addresses as texts. */
export function spelledFile(value: object): string | undefined {
  if (value instanceof Uint8Array) return base64Of(value);
  return value instanceof URL ? value.href : undefined;
}

/**
 * What a request is written as the difference to: the previous request of its lane, or, for a lane's first, the latest of
 * the session, because a conversation goes on when it changes hands.
 */
interface PreviousMessages {
  readonly before: (lane: string) => readonly Json[];
  readonly add: (lane: string, messages: readonly Json[]) => void;
}

export function createPreviousMessages(): PreviousMessages {
  const ofLane = new Map<string, readonly Json[]>();
  let latest: readonly Json[] = [];
  return {
    before: (lane) => ofLane.get(lane) ?? latest,
    add: (lane, messages) => {
      ofLane.set(lane, messages);
      latest = messages;
    },
  };
}

/** Writes requests as what is new in them; definitions are listed once, in order of appearance. */
export interface RequestPacker {
  readonly pack: (lane: string, request: ModelRequest) => RequestDelta;
  readonly definitions: () => readonly Definition[];
}

export function createRequestPacker(agents: readonly Agent[]): RequestPacker {
  const previous = createPreviousMessages();
  const definitions = createDefinitions(agents);
  return {
    definitions: definitions.all,
    pack: (lane, { system, tools, settings, messages }) => {
      const before = previous.before(lane);
      const keep = commonStart(before, messages);
      // What is equal is held once, however many requests repeat it.
      previous.add(lane, [...before.slice(0, keep), ...messages.slice(keep)]);
      return {
        keep,
        system: system.map(definitions.ofPrompt),
        tools: tools.map(definitions.ofTool),
        settings: { ...settings },
        messages: messages.slice(keep),
      };
    },
  };
}

/** Puts requests together again; to be asked in the order of the recording. */
export function createRequestUnpacker(
  definitions: readonly Definition[],
): (lane: string, delta: RequestDelta) => ModelRequest {
  const byId = new Map(definitions.map((definition) => [definition.id, definition]));
  const previous = createPreviousMessages();
  return (lane, { keep, system, tools, settings, messages }) => {
    const whole = [...previous.before(lane).slice(0, keep), ...messages];
    previous.add(lane, whole);
    return {
      system: system.flatMap((id) => {
        const found = byId.get(id);
        return found?.t === 'prompt' ? [found.text] : [];
      }),
      tools: tools.flatMap((id) => {
        const found = byId.get(id);
        return found?.t === 'tool-definition' ? [found.definition] : [];
      }),
      settings,
      messages: whole,
    };
  };
}

interface Definitions {
  readonly all: () => readonly Definition[];
  /** Id of the text's definition, which is added with its first use. */
  readonly ofPrompt: (text: string) => string;
  readonly ofTool: (definition: Json) => string;
}

function createDefinitions(agents: readonly Agent[]): Definitions {
  const prompts = new Map(agents.map(({ prompt }) => [prompt.text, prompt.name]));
  const known = new Map<string, Definition>();
  const counts = new Map<string, number>();
  const define = (key: string, name: string, make: (id: string) => Definition): string => {
    const found = known.get(key);
    if (found !== undefined) return found.id;
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    const made = make(count === 1 ? name : `${name}~${count}`);
    known.set(key, made);
    return made.id;
  };
  return {
    all: () => [...known.values()],
    ofPrompt: (text) => {
      const name = prompts.get(text) ?? 'unnamed';
      const print = fingerprint(text);
      return define(`prompt ${print}`, `prompt:${name}`, (id) => ({
        t: 'prompt',
        id,
        name,
        fingerprint: print,
        text,
      }));
    },
    ofTool: (definition) => {
      const print = fingerprint(definition);
      return define(`tool ${print}`, `tool:${toolName(definition)}`, (id) => ({
        t: 'tool-definition',
        id,
        fingerprint: print,
        definition,
      }));
    },
  };
}

/** The name a model calls the tool by. */
export function toolName(definition: Json): string {
  const isObject =
    typeof definition === 'object' && definition !== null && !Array.isArray(definition);
  const name = isObject ? definition['name'] : undefined;
  return typeof name === 'string' ? name : 'unnamed';
}

function commonStart(previous: readonly Json[], messages: readonly Json[]): number {
  const parting = messages.findIndex(
    (message, index) =>
      index >= previous.length ||
      firstDifference('message', previous[index], message) !== undefined,
  );
  return parting === -1 ? messages.length : parting;
}
