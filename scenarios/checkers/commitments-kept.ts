import { isDeepStrictEqual } from 'node:util';
import { canonicalJson, type Fact, type Json, memoryMarker, type SessionEvent } from '#harness';
import type { Conversation } from '#harness/testing';
import type { Violation } from './violation.ts';

/** A session in which nothing crashed, and what its model was shown, turn by turn. */
export interface RememberingSession {
  readonly events: readonly SessionEvent[];
  readonly shown: readonly Conversation[];
  /** Tools that change something. */
  readonly effects: ReadonlySet<string>;
}

/**
 * I11: whatever is summarised, every turn is shown what was done before it, to the letter: by the tool's own result or among
 * the facts that are remembered. And nothing that was done is asked for again.
 */
export function checkCommitmentsKept(session: RememberingSession): readonly Violation[] {
  return [...checkShown(session), ...checkNotAskedAgain(session)];
}

function checkShown({ events, shown, effects }: RememberingSession): readonly Violation[] {
  const turns = events.filter(({ fact }) => fact.type === 'model-turn-completed');
  if (turns.length !== shown.length) {
    throw new RangeError(`${turns.length} turns are told and ${shown.length} were watched`);
  }
  return turns.flatMap(({ seq, step, runId }, index) => {
    const outputs = outputsIn(shown[index]);
    return events
      .filter((event) => event.seq < seq)
      .flatMap(({ fact }) => (isEffectDone(fact, effects) ? [fact] : []))
      .filter(({ output }) => !outputs.some((each) => isDeepStrictEqual(each, output)))
      .map(({ tool, output }) => ({
        invariant: 'I11' as const,
        expected: `${tool} with ${canonicalJson(output)}, shown to ${step} of ${runId}`,
        found: `${outputs.length} results, and it is not among them`,
        message: `${step} of ${runId} is not shown what ${tool} has done: ${canonicalJson(output)}.`,
      }));
  });
}

function checkNotAskedAgain({ events, effects }: RememberingSession): readonly Violation[] {
  const done = new Set<string>();
  const asked = new Map<string, string>();
  return events.flatMap(({ fact }): readonly Violation[] => {
    if (fact.type === 'tool-completed' && isEffectDone(fact, effects)) {
      done.add(asked.get(fact.callId) ?? '');
    }
    if (fact.type !== 'tool-requested' || !effects.has(fact.tool)) return [];
    const call = `${fact.tool} ${canonicalJson(fact.input)}`;
    asked.set(fact.callId, call);
    if (!done.has(call)) return [];
    const message = `What was done is asked for again: ${call}.`;
    return [{ invariant: 'I11', expected: `1 × ${call}`, found: 'once more', message }];
  });
}

type Done = Extract<Fact, { type: 'tool-completed' }>;

const isEffectDone = (fact: Fact, effects: ReadonlySet<string>): fact is Done =>
  fact.type === 'tool-completed' && effects.has(fact.tool);

/** The results a model is shown, and those that it is told are remembered. */
function outputsIn(conversation: Conversation | undefined): readonly unknown[] {
  return (conversation?.messages ?? []).flatMap((message): readonly unknown[] => {
    if (message.role === 'tool') return [message.output];
    if (message.role !== 'user' || !message.text.startsWith(memoryMarker)) return [];
    const { facts }: { readonly facts: readonly { readonly output?: Json }[] } = JSON.parse(
      message.text.slice(memoryMarker.length),
    );
    return facts.map(({ output }) => output);
  });
}
