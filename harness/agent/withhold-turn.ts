import { checkOutput, type OutputRules } from '../safety/check-output.ts';
import type { Failure, Json } from '../session/event.ts';
import type { Agent } from './define-agent.ts';
import type { ModelTurn } from './model-turn.ts';

/** What must not get out of a harness; the instructions of whoever speaks come with it. */
export interface OutputGuard extends Omit<OutputRules, 'prompt'> {
  /** Tools that hand on to people what they are given, such as `sendReply`. */
  readonly replyTools?: readonly string[];
}

/** A turn that says what must not get out, without what it says. */
export interface WithheldTurn {
  readonly kind: 'withheld';
  readonly codes: readonly string[];
}

/** How a run ends whose turn was withheld. */
export const outputWithheld: Failure = {
  code: 'OUTPUT_WITHHELD',
  message: 'The answer was withheld: it held what must not be given out.',
};

/** The turn, or that it is withheld: nothing it says is kept and none of its calls is made. */
export function withholdTurn(
  turn: ModelTurn,
  agent: Agent,
  guard: OutputGuard | undefined,
): ModelTurn | WithheldTurn {
  if (guard === undefined || turn.kind !== 'completed') return turn;
  const { replyTools = [], ...rules } = guard;
  const handedOut = turn.calls.filter(({ tool }) => replyTools.includes(tool));
  const texts = [turn.text, ...handedOut.flatMap(({ input }) => textsIn(input))];
  const codes = texts.flatMap((text) =>
    checkOutput(text, { ...rules, prompt: agent.prompt.text }).map(({ code }) => code),
  );
  return codes.length === 0 ? turn : { kind: 'withheld', codes: [...new Set(codes)] };
}

function textsIn(value: Json): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}
