import { canonicalJson, type Json, jsonSchema } from '#harness';
import {
  compareStories,
  type Leaf,
  leavesBetween,
  type Recording,
  type StoryDifference,
  type StoryTally,
  tallyStory,
  tellStory,
} from '#recordings';
import type { EndState } from './continue-recording.ts';

/** What a session came to. */
export interface Outcome {
  readonly made: string;
  readonly tally: StoryTally;
  /** What was said last in each run. */
  readonly answers: readonly { readonly run: number; readonly text: string }[];
  /** Calls of tools that were made, in order. */
  readonly calls: readonly {
    readonly place: string;
    readonly tool: string;
    readonly input: Json;
    readonly outcome: string;
  }[];
  /** What it left in the world and in its records; missing where nobody can say. */
  readonly state?: Json;
}

/** In what two outcomes differ; empty where they do not. */
export interface OutcomeDifference {
  readonly answers: readonly {
    readonly run: number;
    readonly before?: string;
    readonly after?: string;
  }[];
  /** Calls, arguments included, that only one of them made. */
  readonly calls: {
    readonly gone: Outcome['calls'];
    readonly come: Outcome['calls'];
  };
  /** Null where the state of either is not known. */
  readonly state: readonly Leaf[] | null;
  /** All that differs, step by step, as `groundhog diff` tells it. */
  readonly story: StoryDifference;
}

export function outcomeOf(recording: Recording, state: EndState | undefined): Outcome {
  const story = tellStory(recording);
  const answers = new Map<number, string>();
  for (const step of story.steps) {
    const isAnswer = step.kind === 'model' && step.subAgent === 0 && step.run !== undefined;
    if (isAnswer && step.answer.text !== '') answers.set(step.run ?? 0, step.answer.text);
  }
  return {
    made: story.made,
    tally: tallyStory(story),
    answers: [...answers].map(([run, text]) => ({ run, text })),
    calls: story.steps.flatMap((step) =>
      step.kind === 'tool'
        ? [
            {
              place: `${step.place.lane}#${step.place.ordinal}`,
              tool: step.tool,
              input: step.input,
              outcome: step.outcome.kind,
            },
          ]
        : [],
    ),
    ...(state === undefined ? {} : { state: jsonSchema.parse(state) }),
  };
}

export function compareOutcomes(
  [before, after]: readonly [Outcome, Outcome],
  recordings: readonly [Recording, Recording],
): OutcomeDifference {
  const [was, is] = [before, after].map(
    ({ answers }) => new Map(answers.map(({ run, text }) => [run, text])),
  );
  const runs = [...new Set([...(was?.keys() ?? []), ...(is?.keys() ?? [])])].toSorted(
    (left, right) => left - right,
  );
  const [left, right] = recordings;
  return {
    answers: runs.flatMap((run) => {
      const [text, other] = [was?.get(run), is?.get(run)];
      if (text === other) return [];
      return [
        {
          run,
          ...(text === undefined ? {} : { before: text }),
          ...(other === undefined ? {} : { after: other }),
        },
      ];
    }),
    calls: { gone: without(before.calls, after.calls), come: without(after.calls, before.calls) },
    state:
      before.state === undefined || after.state === undefined
        ? null
        : leavesBetween(before.state, after.state),
    story: compareStories(tellStory(left), tellStory(right)),
  };
}

/** Those of `calls` that `others` lacks, each as often as it is lacking. */
function without(calls: Outcome['calls'], others: Outcome['calls']): Outcome['calls'] {
  const left = new Map<string, number>();
  for (const call of others) left.set(keyOf(call), (left.get(keyOf(call)) ?? 0) + 1);
  return calls.filter((call) => {
    const count = left.get(keyOf(call)) ?? 0;
    left.set(keyOf(call), count - 1);
    return count <= 0;
  });
}

/** What was asked and how it ended; where in the session it stands is told step by step. */
const keyOf = ({ tool, input, outcome }: Outcome['calls'][number]): string =>
  canonicalJson([tool, input, outcome]);
