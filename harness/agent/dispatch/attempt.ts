import type { Host } from '../../host/host.ts';
import { redact } from '../../safety/redact.ts';
import { type Failure, type Json, jsonSchema } from '../../session/event.ts';
import type { SessionTransaction } from '../../session/session-store.ts';
import type { EffectClass, Tool } from '../../tools/define-tool.ts';
import { mishapOf, type Reaction, reactionTo } from '../../tools/retry-policy.ts';
import { withinTime } from '../../tools/within-time.ts';
import type { ToolResult } from '../exchanges.ts';
import { failureOf } from './failures.ts';

/** `unknown`: it may have happened, and cannot be done twice. */
export type Attempted = ToolResult | { readonly kind: 'unknown'; readonly error: Failure };

export interface Attempt {
  readonly tool: Tool;
  readonly host: Pick<Host, 'clock'>;
  /** A refusal is the model's to know; what a tool throws beside that is also for whoever keeps the tool. */
  readonly onThrown: (error: unknown) => void;
  /** Undoes what a failed attempt wrote, where that can be undone. */
  readonly undoIfThrown?: SessionTransaction['undoIfThrown'];
}

/** Tries a call, each time within the tool's time, as often as its effect class allows. */
export async function attempt(
  { tool, host, onThrown, undoIfThrown = (body) => body() }: Attempt,
  execute: (signal: AbortSignal) => Promise<unknown>,
): Promise<Attempted> {
  const tried = await tryAs(tool.effect, { host, onThrown }, () =>
    undoIfThrown(async () => kept(await withinTime(tool, host.clock, execute))),
  );
  if (tried.kind === 'done') return { kind: 'completed', output: tried.value };
  return { kind: tried.kind === 'tell' ? 'failed' : 'unknown', error: failureOf(tried.error) };
}

/** What a tool looks at to find out about a call, such as whether it needs a person: tried as any read is. */
export function attemptRead<Found>(
  { tool, host, onThrown }: Attempt,
  find: (signal: AbortSignal) => Promise<Found>,
): Promise<Tried<Found>> {
  return tryAs('read', { host, onThrown }, () => withinTime(tool, host.clock, find));
}

export type Tried<Value> =
  | { readonly kind: 'done'; readonly value: Value }
  | { readonly kind: Exclude<Reaction, 'again'>; readonly error: unknown };

async function tryAs<Value>(
  effect: EffectClass,
  { host, onThrown }: Pick<Attempt, 'host' | 'onThrown'>,
  body: () => Promise<Value>,
): Promise<Tried<Value>> {
  for (let tries = 1; ; tries += 1) {
    try {
      return { kind: 'done', value: await body() };
    } catch (error) {
      if (mishapOf(error) !== 'refused') onThrown(error);
      const { reaction, pauseMs } = reactionTo(error, effect, tries);
      if (reaction !== 'again') return { kind: reaction, error };
      await host.clock.sleep(pauseMs);
    }
  }
}

/** What must not be kept is taken out before anything is: the result is about to be saved. */
export const kept = (output: unknown): Json =>
  redact(jsonSchema.parse(output), { profile: 'stored' }).value;
