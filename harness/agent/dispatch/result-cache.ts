import { fingerprint } from '../../host/fingerprint.ts';
import type { Json } from '../../session/event.ts';
import type { Tool } from '../../tools/define-tool.ts';
import { changesNothing } from '../../tools/tool-cache.ts';
import type { ToolCall, ToolOutcome } from '../exchanges.ts';

// Results that a run is answered again, where their tools say that they may be.
//
//   C1. It is one run's: one session, one principal, one process at a time. Nothing crosses to anybody else, and what
//       another run changes is not hidden from the next.
//   C2. A call that may have changed something, however it ended, empties it: a read behind an effect sees the effect.
//   C3. It is made of saved results alone, and that a call was answered from it is saved with the call's step: a recovered
//       run has the same one, and walks the same way.

export interface ResultCache {
  /** What the same call of the same version was answered, if that is not too old. */
  readonly find: (tool: Tool, call: ToolCall, nowMs: number) => Json | undefined;
  /** Takes note of a call whose step is saved. */
  readonly note: (tool: Tool, call: ToolCall, settled: SettledOutcome) => void;
}

interface SettledOutcome {
  readonly outcome: ToolOutcome;
  /** Milliseconds since the epoch. */
  readonly endedAt: number;
}

export function resultCache(): ResultCache {
  const results = new Map<string, { readonly output: Json; readonly answeredAt: number }>();
  return {
    find: (tool, call, nowMs) => {
      const found = results.get(keyOf(tool, call));
      if (found === undefined || tool.cache === undefined) return undefined;
      return nowMs - found.answeredAt < tool.cache.lifeMs ? found.output : undefined;
    },
    note: (tool, call, { outcome, endedAt }) => {
      if (!changesNothing(tool.effect)) results.clear();
      // What was answered from here does not become younger.
      if (tool.cache === undefined || outcome.kind !== 'completed' || outcome.cached) return;
      results.set(keyOf(tool, call), { output: outcome.output, answeredAt: endedAt });
    },
  };
}

const keyOf = ({ name, version }: Tool, { input }: ToolCall): string =>
  fingerprint({ name, version, input });
