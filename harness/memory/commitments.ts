import type { Fact, Json } from '../session/event.ts';
import type { Commitment } from './memory.ts';

/** What is known before the first of the facts. */
export interface Before {
  readonly commitments: readonly Commitment[];
  readonly at: number;
}

/** Whether a tool changes something, by its name. */
export type IsEffect = (tool: string) => boolean;

/** The commitments in these facts, behind those known before; none is ever dropped. */
export function commitmentsIn(before: Before, facts: readonly Fact[], isEffect: IsEffect): Before {
  const commitments = [...before.commitments];
  const inputs = new Map<string, Json>();
  let { at } = before;
  for (const fact of facts) {
    if (fact.type === 'message-received') at = fact.receivedAt;
    if (fact.type === 'tool-requested') inputs.set(fact.callId, fact.input);
    if (fact.type === 'approval-decided') {
      const { type: _, question: __, ...decision } = fact;
      if (fact.verdict === 'approved') inputs.set(fact.callId, fact.input);
      commitments.push({ kind: 'decided', at, ...decision });
    }
    if (fact.type === 'tool-completed' && isEffect(fact.tool)) {
      const { tool, callId, output } = fact;
      const input = inputs.get(callId) ?? null;
      commitments.push({ kind: 'done', at, tool, callId, input, output });
    }
    if (fact.type === 'tool-failed' && isEffect(fact.tool)) {
      const { tool, callId, error } = fact;
      const input = inputs.get(callId) ?? null;
      commitments.push({ kind: 'not-done', at, tool, callId, input, error });
    }
    if (fact.type === 'handed-off') {
      const { from, to, reason } = fact;
      commitments.push({ kind: 'handed-off', at, from, to, reason });
    }
  }
  return { commitments, at };
}
