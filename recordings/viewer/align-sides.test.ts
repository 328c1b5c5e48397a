import { expect, test } from 'vitest';
import { parseRecording } from '../format/parse-recording.ts';
import { placeName, type Recording } from '../format/recording.ts';
import { serializeRecording } from '../format/serialize-recording.ts';
import { compareStories } from '../story/difference/compare-stories.ts';
import { tellStory } from '../story/tell-story.ts';
import { recordParcelSession } from '../testing/parcel-desk.ts';
import { viewStories } from './view-stories.ts';

const recording = await recordParcelSession();

function withText(from: string, to: string): Recording {
  const text = serializeRecording(recording);
  expect(text).toContain(from);
  return parseRecording(text.replaceAll(from, to), 'copy.jsonl');
}

test('a tool that was renamed stands beside what it was', () => {
  const other = tellStory(withText('findParcel', 'traceParcel'));
  const { rows } = viewStories({ story: tellStory(recording) }, { other: { story: other } });
  expect(rows.map(({ steps }) => steps)).toEqual(
    recording.exchanges.map((_, index) => [index, index]),
  );
});

test('what is shown side by side is what diff compares: the same steps are changed, and the same have no other', () => {
  const before = tellStory(recording);
  const call = recording.exchanges.findIndex(
    (each) => each.t === 'tool' && each.tool === 'fileClaim',
  );
  const changed = withText('"status":"in transit"', '"status":"stuck"');
  const after = tellStory({
    ...changed,
    exchanges: changed.exchanges.filter((_, index) => index !== call),
  });
  const { rows, sides } = viewStories({ story: before }, { other: { story: after } });
  const shown = rows.flatMap(({ steps: [one, two], difference }) => {
    if (difference !== 'result' && difference !== 'one-sided') return [];
    const [left, right] = sides;
    return [[left?.steps[one ?? -1]?.id, right?.steps[two ?? -1]?.id]];
  });
  const told = compareStories(before, after).lanes.flatMap(({ steps }) =>
    steps
      .filter(
        ({ kind, leaves }) =>
          kind !== 'changed' || leaves.some(({ pointer }) => !pointer.startsWith('/read')),
      )
      .map((step) => [step.before && placeName(step.before), step.after && placeName(step.after)]),
  );
  expect(shown).toEqual(told);
  expect(told).toEqual([
    ['1/parcels#1', '1/parcels#1'],
    ['1/parcels#4', undefined],
  ]);
});
