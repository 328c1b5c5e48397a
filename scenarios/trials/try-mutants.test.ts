import { expect, test } from 'vitest';
import { mutants } from '../mutants/mutant-named.ts';
import { carelessGateway } from '../mutants/server/careless-gateway.ts';
import type { Trial } from './trial.ts';
import { trials } from './trials.ts';
import { trialsNamed, tryMutants } from './try-mutants.ts';

// Every defect that can be switched on, each in the smallest thing in which it shows.

const trialTimeoutMs = 240_000;

/** Stops and kills real servers, for most of a minute: `groundhog mutants` plays it. */
const playedElsewhere = 'CD-11';

test.for(trials.filter(({ defect }) => defect.id !== playedElsewhere))(
  '$defect.id is caught with it and raises no alarm without',
  {
    timeout: trialTimeoutMs,
  },
  async (trial) => {
    const report = await tryMutants([trial]);
    expect(report.results).toEqual([
      {
        id: trial.defect.id,
        title: trial.defect.title,
        invariant: trial.defect.breaks,
        verdict: 'killed',
        reason: expect.stringMatching(new RegExp(`^${trial.defect.breaks}: expected .*, found `)),
        durationMs: expect.any(Number),
      },
    ]);
  },
);

test('every mutant has its one trial', () => {
  expect(trials.map(({ defect }) => defect.id)).toEqual(
    [...mutants, carelessGateway].map(({ id }) => id).toSorted(byNumber),
  );
});

const byNumber = (left: string, right: string): number =>
  Number(left.slice(3)) - Number(right.slice(3));

const only = (id: string): Trial => {
  const [trial] = trialsNamed([id], trials);
  if (trial === undefined) throw new TypeError(`there is no ${id}`);
  return trial;
};

test('where the checker of its invariant looks away a mutant survives, whatever else is found', async () => {
  const trial = only('CD-13');
  const report = await tryMutants([
    {
      ...trial,
      play: async (stage) =>
        (await trial.play(stage)).filter(({ invariant }) => invariant !== trial.defect.breaks),
    },
  ]);
  expect(report).toMatchObject({
    killed: [],
    survived: ['CD-13'],
    falseAlarms: [],
    results: [{ reason: expect.stringMatching(/^found only I3: /) }],
  });
});

test('a check that finds the defect where it is not is a false alarm and no catch', async () => {
  const trial = only('CD-2');
  const report = await tryMutants([
    { ...trial, play: (stage) => trial.play({ ...stage, isOn: true }) },
  ]);
  expect(report).toMatchObject({ killed: [], survived: [], falseAlarms: ['CD-2'] });
});

test('what could not be tried is neither killed nor survived', async () => {
  const trial = only('CD-2');
  const report = await tryMutants([
    { ...trial, play: () => Promise.reject(new Error('no world')) },
  ]);
  expect(report).toMatchObject({
    killed: [],
    survived: [],
    falseAlarms: [],
    failed: ['CD-2'],
    results: [{ reason: 'no world' }],
  });
});

test('an unknown id is answered with those there are', () => {
  expect(() => trialsNamed(['CD-99'], trials)).toThrow('There is no trial of a mutant CD-99.');
});
