import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import { type Agent, fingerprint, type Json } from '#harness';
import { asJson, firstDifference } from './json.ts';
import type { Definition, RequestDelta } from './recording.ts';

/** What a model is asked, in the parts that are compared one by one. */
export interface ModelRequest {
  /** The instructions. */
  readonly system: readonly string[];
  readonly tools: readonly Json[];
  readonly settings: Readonly<Record<string, Json>>;
  readonly messages: readonly Json[];
}

/** Reads a call's options. Headers, the abort signal and raw chunks are how it is asked, not what. */
export function requestOf(options: LanguageModelV4CallOptions): ModelRequest {
  const {
    prompt,
    tools = [],
    abortSignal: _,
    headers: __,
    includeRawChunks: ___,
    ...settings
  } = options;
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
      .map((message, index) => asJson(message, `/messages/${index}`)),
  };
}

/** Writes requests as what is new in them; definitions are listed once, in order of appearance. */
export interface RequestPacker {
  readonly pack: (lane: string, request: ModelRequest) => RequestDelta;
  readonly definitions: () => readonly Definition[];
}

export function createRequestPacker(agents: readonly Agent[]): RequestPacker {
  const definitions = new Map<string, Definition>();
  const previous = new Map<string, readonly Json[]>();
  const prompts = new Map(agents.map(({ prompt }) => [prompt.text, prompt.name]));
  const define = (key: string, name: string, make: (id: string) => Definition): string => {
    const known = definitions.get(key);
    if (known !== undefined) return known.id;
    const sameName = [...definitions.values()].filter(({ id }) => id.replace(/~\d+$/, '') === name);
    const made = make(sameName.length === 0 ? name : `${name}~${sameName.length + 1}`);
    definitions.set(key, made);
    return made.id;
  };
  const definePrompt = (text: string): string => {
    const name = prompts.get(text) ?? 'unnamed';
    return define(`prompt ${text}`, `prompt:${name}`, (id) => ({
      t: 'prompt',
      id,
      name,
      fingerprint: fingerprint(text),
      text,
    }));
  };
  const defineTool = (definition: Json): string => {
    const print = fingerprint(definition);
    return define(`tool ${print}`, `tool:${toolName(definition)}`, (id) => ({
      t: 'tool-definition',
      id,
      fingerprint: print,
      definition,
    }));
  };
  return {
    definitions: () => [...definitions.values()],
    pack: (lane, { system, tools, settings, messages }) => {
      const keep = commonStart(previous.get(lane) ?? [], messages);
      previous.set(lane, messages);
      return {
        keep,
        system: system.map(definePrompt),
        tools: tools.map(defineTool),
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
  const previous = new Map<string, readonly Json[]>();
  return (lane, { keep, system, tools, settings, messages }) => {
    const whole = [...(previous.get(lane) ?? []).slice(0, keep), ...messages];
    previous.set(lane, whole);
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
