import { z } from 'zod';
import { HarnessError } from '../host/harness-error.ts';
import { type Json, jsonSchema } from '../session/event.ts';
import type { EffectClass, Tool } from './define-tool.ts';
import { cacheFaults, type ToolCache } from './tool-cache.ts';
import { limitFaults, type ToolLimit } from './tool-limit.ts';
import { timeoutOf } from './within-time.ts';

/** What anybody may know of a tool: all that it promises, and nothing that it holds. */
export interface DirectoryEntry {
  readonly name: string;
  readonly version: string;
  readonly owner: string;
  readonly description: string;
  /** JSON Schema. */
  readonly input: Json;
  readonly output: Json;
  readonly effect: EffectClass;
  readonly agents: readonly string[];
  /** Roles of the principals for whom it may be called; `everybody` when it names none. */
  readonly roles: readonly string[] | 'everybody';
  readonly asksForApproval: boolean;
  /** What one attempt may take, milliseconds. */
  readonly timeoutMs: number;
  readonly limits: readonly ToolLimit[];
  /** For how long its results are answered again within a run. */
  readonly cache: ToolCache | null;
  readonly deprecated: string | null;
}

export type DirectoryChange =
  | { readonly kind: 'added'; readonly entry: DirectoryEntry }
  | { readonly kind: 'removed'; readonly name: string };

/** The tools there are, now. */
export interface ToolDirectory {
  /** By name. */
  readonly list: () => readonly DirectoryEntry[];
  readonly find: (name: string) => DirectoryEntry | undefined;
  /** Throws ToolIncompleteError for a tool with a part missing, ToolNameTakenError for one of a name that is there. */
  readonly register: (tool: Tool) => void;
  /** False if there was none. */
  readonly remove: (name: string) => boolean;
  /** Calls `listener` with every change from now on, in order, until the returned function is called. */
  readonly subscribe: (listener: (change: DirectoryChange) => void) => () => void;
}

export function createToolDirectory(tools: readonly Tool[] = []): ToolDirectory {
  const entries = new Map<string, DirectoryEntry>();
  const listeners = new Set<(change: DirectoryChange) => void>();
  const tell = (change: DirectoryChange): void => {
    for (const listener of listeners) listener(change);
  };
  const register = (tool: Tool): void => {
    const missing = partsMissingFrom(tool);
    if (missing.length > 0) throw new ToolIncompleteError(tool.name, missing);
    if (entries.has(tool.name)) throw new ToolNameTakenError(tool.name);
    const entry = entryOf(tool);
    entries.set(tool.name, entry);
    tell({ kind: 'added', entry });
  };
  for (const tool of tools) register(tool);
  return {
    register,
    list: () => [...entries.values()].toSorted((left, right) => (left.name < right.name ? -1 : 1)),
    find: (name) => entries.get(name),
    remove: (name) => {
      const wasThere = entries.delete(name);
      if (wasThere) tell({ kind: 'removed', name });
      return wasThere;
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** What a tool has to say of itself before anybody may call it and has not said. */
export function partsMissingFrom(tool: Tool): readonly string[] {
  return [
    ...(/^[a-zA-Z][\w-]{0,63}$/.test(tool.name) ? [] : ['a name that models can call']),
    ...(tool.version.trim() === '' ? ['a version'] : []),
    ...(tool.owner.trim() === '' ? ['an owner'] : []),
    ...(tool.description.trim() === '' ? ['a description'] : []),
    ...(tool.agents.length === 0 ? ['an agent that may call it'] : []),
    ...(tool.roles?.length === 0 ? ['a role for which it may be called'] : []),
    ...(timeoutOf(tool) > 0 ? [] : ['a time that it may take']),
    ...limitFaults(tool),
    ...cacheFaults(tool),
    ...schemaFaults(tool),
  ];
}

function schemaFaults({ input, output }: Tool): readonly string[] {
  return [
    ...(isExpressible(input) ? [] : ['an input that JSON Schema can express']),
    ...(isExpressible(output) ? [] : ['an output that JSON Schema can express']),
  ];
}

function isExpressible(schema: z.ZodType): boolean {
  try {
    z.toJSONSchema(schema);
    return true;
  } catch {
    // zod says so by throwing; why does not matter to whoever has to change the schema.
    return false;
  }
}

function entryOf(tool: Tool): DirectoryEntry {
  const { name, version, owner, description, effect, agents, roles, deprecated } = tool;
  return {
    name,
    version,
    owner,
    description,
    input: jsonSchema.parse(z.toJSONSchema(tool.input)),
    output: jsonSchema.parse(z.toJSONSchema(tool.output)),
    effect,
    agents: [...agents],
    roles: roles === undefined ? 'everybody' : [...roles],
    asksForApproval: tool.effect !== 'transactional' && tool.approval !== undefined,
    timeoutMs: timeoutOf(tool),
    limits: [...(tool.limits ?? [])],
    cache: tool.cache ?? null,
    deprecated: deprecated ?? null,
  };
}

/** A tool does not say all that those who call it must know. */
export class ToolIncompleteError extends HarnessError {
  constructor(name: string, missing: readonly string[]) {
    super({
      code: 'TOOL_INCOMPLETE',
      message: `The tool ${JSON.stringify(name)} lacks ${missing.join(', ')}.`,
      hint: 'Say it in defineTool.',
    });
  }
}

export class ToolNameTakenError extends HarnessError {
  constructor(name: string) {
    super({
      code: 'TOOL_NAME_TAKEN',
      message: `There is a tool ${name} already.`,
      hint: 'Give this one another name, or remove the other first.',
    });
  }
}
