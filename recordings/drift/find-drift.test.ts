import { expect, test } from 'vitest';
import { tellStory } from '../story/tell-story.ts';
import { parcelAgents, recordParcelSession } from '../testing/parcel-desk.ts';
import { definitionsToday } from './definitions-today.ts';
import { findDrift } from './find-drift.ts';

test('a recording of today does not drift', async () => {
  const story = tellStory(await recordParcelSession());
  expect(findDrift(story, await definitionsToday(parcelAgents()))).toEqual([]);
});

test('an edited prompt and another description are told, without a replay, as just those', async () => {
  const story = tellStory(await recordParcelSession());
  const agents = parcelAgents({
    prompt: 'You find parcels. Weigh twice before you promise.',
    description: 'Traces a parcel.',
  });
  expect(findDrift(story, await definitionsToday(agents))).toEqual([
    {
      class: 'SYSTEM',
      change: {
        kind: 'prompt-changed',
        prompt: 'parcels',
        sentences: [
          { before: 'Weigh before you promise.', after: 'Weigh twice before you promise.' },
        ],
      },
    },
    {
      class: 'TOOLS',
      change: {
        kind: 'tool-changed',
        tool: 'findParcel',
        leaves: [
          {
            pointer: '/description',
            before: 'Finds a parcel by its id.',
            after: 'Traces a parcel.',
          },
        ],
      },
    },
  ]);
});

test('an agent that is gone takes its prompt and its tools with it', async () => {
  const story = tellStory(await recordParcelSession());
  const [reception] = parcelAgents();
  if (reception === undefined) throw new Error('there is a reception');
  const drift = findDrift(story, await definitionsToday([{ ...reception, handoffs: [] }]));
  expect(drift.map(({ change }) => change.kind)).toContain('prompt-removed');
  expect(drift.map(({ change }) => change)).toContainEqual({
    kind: 'tool-removed',
    tool: 'findParcel',
  });
});
