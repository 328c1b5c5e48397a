import type { Host } from '../../host/host.ts';
import { redact } from '../../safety/redact.ts';
import { type Failure, type Json, jsonSchema } from '../../session/event.ts';
import type { SessionTransaction } from '../../session/session-store.ts';
import type { Tool } from '../../tools/define-tool.ts';
import { mishapOf, reactionTo } from '../../tools/retry-policy.ts';
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
  for (let tries = 1; ; tries += 1) {
    try {
      const output = await undoIfThrown(async () =>
        kept(await withinTime(tool, host.clock, execute)),
      );
      return { kind: 'completed', output };
    } catch (error) {
      if (mishapOf(error) !== 'refused') onThrown(error);
      const { reaction, pauseMs } = reactionTo(error, tool.effect, tries);
      if (reaction === 'find-out') return { kind: 'unknown', error: failureOf(error) };
      if (reaction === 'tell') return { kind: 'failed', error: failureOf(error) };
      await host.clock.sleep(pauseMs);
    }
  }
}

/** What must not be kept is taken out before anything is: the result is about to be saved. */
export const kept = (output: unknown): Json =>
  redact(jsonSchema.parse(output), { profile: 'stored' }).value;
