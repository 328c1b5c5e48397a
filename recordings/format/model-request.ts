import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import type { Agent, Json } from '#harness';
import { fingerprint } from '#harness/values';
import { asJson, isSameJson } from './json.ts';
import { createPreviousMessages, type PreviousMessages } from './previous-messages.ts';
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

/** Writes requests as what is new in them; definitions are listed once, in order of appearance. */
export interface RequestPacker {
  readonly pack: (lane: string, request: ModelRequest) => RequestDelta;
  /** Those that requests have named first since they were last taken. */
  readonly takeDefinitions: () => readonly Definition[];
}

/** A message as it was asked, and as it is written. */
export interface PackedMessage {
  readonly asked: Json;
  readonly said: Json;
}

export function createRequestPacker(
  agents: readonly Agent[],
  {
    say = (message) => message,
    previous = createPreviousMessages(),
  }: {
    /** How a message is written: the same each time. It is not asked about what a request only repeats. */
    readonly say?: (message: Json) => Json;
    readonly previous?: PreviousMessages<PackedMessage>;
  } = {},
): RequestPacker {
  const definitions = createDefinitions(agents);
  return {
    takeDefinitions: definitions.take,
    pack: (lane, { system, tools, settings, messages }) => {
      const before = previous.before(lane);
      // What is repeated is held once, however many requests repeat it.
      const packed = messages.map((asked, index) => {
        const earlier = before[index];
        const isRepeated = earlier !== undefined && isSameJson(earlier.asked, asked);
        return isRepeated ? earlier : { asked, said: say(asked) };
      });
      previous.add(lane, packed);
      const keep = commonStart(before, packed);
      return {
        keep,
        system: system.map(definitions.ofPrompt),
        tools: tools.map(definitions.ofTool),
        settings: { ...settings },
        messages: packed.slice(keep).map(({ said }) => said),
      };
    },
  };
}

/** Puts requests together again; to be asked in the order of the recording. */
export function createRequestUnpacker(
  definitions: readonly Definition[],
): (lane: string, delta: RequestDelta) => ModelRequest {
  const byId = new Map(definitions.map((definition) => [definition.id, definition]));
  const previous = createPreviousMessages<Json>();
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
  readonly take: () => readonly Definition[];
  /** Id of the text's definition, which is made with its first use. */
  readonly ofPrompt: (text: string) => string;
  readonly ofTool: (definition: Json) => string;
}

function createDefinitions(agents: readonly Agent[]): Definitions {
  const prompts = new Map(agents.map(({ prompt }) => [prompt.text, prompt.name]));
  // Texts are not held: a session whose prompt is another at each turn may be long.
  const known = new Map<string, string>();
  let untaken: Definition[] = [];
  const counts = new Map<string, number>();
  const define = (key: string, name: string, make: (id: string) => Definition): string => {
    const found = known.get(key);
    if (found !== undefined) return found;
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    const id = count === 1 ? name : `${name}~${count}`;
    untaken.push(make(id));
    known.set(key, id);
    return id;
  };
  return {
    take: () => {
      const taken = untaken;
      untaken = [];
      return taken;
    },
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

function commonStart(
  previous: readonly PackedMessage[],
  messages: readonly PackedMessage[],
): number {
  const parting = messages.findIndex(({ said }, index) => {
    const earlier = previous[index];
    return earlier === undefined || !isSameJson(earlier.said, said);
  });
  return parting === -1 ? messages.length : parting;
}
