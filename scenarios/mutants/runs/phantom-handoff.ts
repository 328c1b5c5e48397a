import { z } from 'zod';
import type { Backing } from '#harness';
import type { Mutant } from '../mutant.ts';
import { withSteps } from '../with-steps.ts';

/** CD-15: a hand-off to an agent that is not there stays where it is, and the model is told that it went through. */
export const phantomHandoff: Mutant = {
  id: 'CD-15',
  title: 'a hand-off to nobody is told to the model as done',
  breaks: 'I5',
  apply: ({ agents, entry, backing }) => ({ agents, entry, backing: tellingSwitches(backing) }),
};

const takenTurnSchema = z.looseObject({
  turn: z.looseObject({
    messages: z.array(z.unknown()),
    refusedCalls: z.array(z.looseObject({ tool: z.string(), callId: z.string() })),
  }),
});

const toolMessageSchema = z.looseObject({
  role: z.literal('tool'),
  content: z.array(z.looseObject({ toolCallId: z.string() })),
});

/** The harness answers such a call with an error; here the answer is another, and nothing else is. */
const tellingSwitches = (backing: Backing): Backing =>
  withSteps(backing, (steps) => ({
    run: (name, act) => steps.run(name, async () => withSwitchTold(await act())),
  }));

function withSwitchTold<Result>(result: Result): Result {
  const { turn } = takenTurnSchema.safeParse(result).data ?? {};
  if (turn === undefined || typeof result !== 'object' || result === null) return result;
  const phantoms = new Set(
    turn.refusedCalls.filter(({ tool }) => tool === 'handoff').map(({ callId }) => callId),
  );
  if (phantoms.size === 0) return result;
  const told = { type: 'json', value: { nowSpeaking: 'whom you asked for' } };
  const messages = turn.messages.map((message) => {
    const tool = toolMessageSchema.safeParse(message).data;
    if (tool === undefined) return message;
    const content = tool.content.map((part) =>
      phantoms.has(part.toolCallId) ? { ...part, output: told } : part,
    );
    return { ...tool, content };
  });
  return { ...result, turn: { ...turn, messages } };
}
