import type { ChosenRuns } from './choose-runs.ts';
import { savedAnswer } from './saved-output.ts';

/** What a database never keeps of an answer: what of it shows nowhere else. */
export const framingLoss =
  'how the provider framed its answers: their pieces, the ids of responses, details of usage, warnings, sources, the order of arguments, and those that a tool does not know';

/** What a captured recording says that it does not hold. */
export function lossesOf({ byId, cleared }: ChosenRuns): readonly string[] {
  const answers = [...byId.values()]
    .flatMap(({ steps }) => steps)
    .flatMap(({ output }) => savedAnswer(output) ?? []);
  const isUnheld = answers.some(
    (answer) =>
      (answer.kind === 'completed' || answer.kind === 'compacted') && answer.asked === undefined,
  );
  return [
    framingLoss,
    ...(answers.some(({ kind }) => kind === 'failed')
      ? ['of calls that failed: what was said before, and whether they were tried again']
      : []),
    ...(isUnheld
      ? [
          'what some models were asked: it is composed by the agents of today, and was not held to what was asked then',
        ]
      : []),
    ...(cleared > 0
      ? [`${cleared === 1 ? 'the run' : `the ${cleared} runs`} before the session was cleared`]
      : []),
  ];
}
