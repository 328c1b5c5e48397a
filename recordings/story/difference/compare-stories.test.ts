import { array, assert, constantFrom, property } from 'fast-check';
import { expect, test } from 'vitest';
import type { Recording } from '../../format/recording.ts';
import { parcelAgents, recordParcelSession } from '../../testing/parcel-desk.ts';
import { tellStory } from '../tell-story.ts';
import { align } from './align.ts';
import { compareStories, type StoryDifference } from './compare-stories.ts';

/** The recording with a text of its file replaced, as somebody would by hand. */
function edited(recording: Recording, from: string, to: string): Recording {
  const text = JSON.stringify(recording);
  if (!text.includes(from)) throw new Error(`the recording does not say ${from}`);
  const changed: Recording = JSON.parse(text.replaceAll(from, to));
  return changed;
}

async function between(
  change: (recording: Recording) => Recording | Promise<Recording>,
): Promise<StoryDifference> {
  const before = await recordParcelSession();
  return compareStories(tellStory(before), tellStory(await change(before)));
}

test('the same session recorded twice does not differ', async () => {
  expect(await between(() => recordParcelSession())).toEqual({
    equal: true,
    origin: [],
    definitions: [],
    lanes: [],
    tally: [],
  });
});

test('a renamed tool is a renamed tool and nothing else, wherever it is called and named', async () => {
  expect(await between((before) => edited(before, 'findParcel', 'traceParcel'))).toEqual({
    equal: false,
    origin: [],
    definitions: [{ kind: 'tool-renamed', from: 'findParcel', to: 'traceParcel' }],
    lanes: [],
    tally: [],
  });
});

test('a tool that is renamed and says something else is one that went and one that came', async () => {
  const { definitions } = await between((before) =>
    edited(edited(before, 'findParcel', 'traceParcel'), 'Finds a parcel by its id.', 'Traces it.'),
  );
  expect(definitions).toEqual([
    { kind: 'tool-removed', tool: 'findParcel' },
    { kind: 'tool-added', tool: 'traceParcel' },
  ]);
});

test('an edited sentence of a prompt is that sentence of that prompt', async () => {
  const { definitions, lanes } = await between(() =>
    recordParcelSession({
      agents: parcelAgents({ prompt: 'You find parcels. Weigh twice before you promise.' }),
    }),
  );
  expect(definitions).toEqual([
    {
      kind: 'prompt-changed',
      prompt: 'parcels',
      sentences: [
        { before: 'Weigh before you promise.', after: 'Weigh twice before you promise.' },
      ],
    },
  ]);
  expect(lanes).toEqual([]);
});

test('a changed tool result is that leaf of that call, and what later turns read of it only repeats it', async () => {
  const { definitions, lanes } = await between((before) =>
    edited(before, '"status":"in transit"', '"status":"stuck"'),
  );
  expect(definitions).toEqual([]);
  expect(lanes).toEqual([
    {
      lane: '1/parcels',
      steps: [
        {
          kind: 'changed',
          step: 'tool findParcel',
          before: { lane: '1/parcels', ordinal: 1 },
          after: { lane: '1/parcels', ordinal: 1 },
          leaves: [{ pointer: '/outcome/output/status', before: 'in transit', after: 'stuck' }],
        },
      ],
      repeated: 1,
    },
  ]);
});

test('what comes of a changed result follows it', async () => {
  const { lanes, tally } = await between(() =>
    recordParcelSession({ agents: parcelAgents({ weightGrams: () => 2600 }) }),
  );
  expect(
    lanes[0]?.steps.map(({ step, leaves }) => [step, ...leaves.map(({ pointer }) => pointer)]),
  ).toEqual([
    ['tool findParcel', '/outcome/output/weightGrams'],
    ['model turn', '/calls/0/input/weightGrams'],
    ['tool quotePostage', '/input/weightGrams', '/outcome/output/cents'],
  ]);
  expect(tally).toEqual([]);
});

test('a step that came in between is one that came, and those behind it are the same', async () => {
  const { lanes, tally } = await between((before) => {
    const call = before.exchanges.find((each) => each.t === 'tool' && each.tool === 'findParcel');
    if (call?.t !== 'tool') throw new Error('nothing was looked up');
    const again = { ...call, call: 'call9', n: 2 };
    return {
      ...before,
      exchanges: before.exchanges.flatMap((each) => {
        if (each === call) return [each, again];
        return each.lane === call.lane && each.n > call.n ? [{ ...each, n: each.n + 1 }] : [each];
      }),
    };
  });
  expect(lanes).toEqual([
    {
      lane: '1/parcels',
      steps: [
        {
          kind: 'added',
          step: 'tool findParcel',
          after: { lane: '1/parcels', ordinal: 2 },
          leaves: [],
        },
      ],
      repeated: 0,
    },
  ]);
  expect(tally).toEqual([
    { metric: 'steps', before: 15, after: 16 },
    { metric: 'toolCalls', before: 4, after: 5 },
  ]);
});

test('another origin is told', async () => {
  const { origin } = await between((before) => ({
    ...before,
    header: { ...before.header, made: 'live:gpt' },
  }));
  expect(origin).toEqual([{ pointer: '/made', before: 'scripted', after: 'live:gpt' }]);
});

test('an alignment holds every element of both sides once and in order, and pairs what is equal', () => {
  const list = array(constantFrom('a', 'b', 'c'), { maxLength: 12 });
  assert(
    property(list, list, (before, after) => {
      const pairs = align(before, after);
      expect(pairs.flatMap((pair) => pair.before ?? [])).toEqual([...before.keys()]);
      expect(pairs.flatMap((pair) => pair.after ?? [])).toEqual([...after.keys()]);
      const together = pairs.filter(
        (pair) => pair.before !== undefined && pair.after !== undefined,
      );
      expect(together.every((pair) => before[pair.before ?? -1] === after[pair.after ?? -1])).toBe(
        true,
      );
    }),
  );
});
