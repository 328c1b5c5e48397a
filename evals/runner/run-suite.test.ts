import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { recordingPath, type Scenario, scenarioNamed, startWorldServer } from '#scenarios';
import { type Baseline, readBaseline, writeBaseline } from '../gate/baseline.ts';
import { scorers } from '../scorers/scorers.ts';
import { SuiteUnknownError } from '../suites/suite-named.ts';
import { type EvalOptions, EvalOptionsError } from './eval-options.ts';
import { playTrial } from './play-trial.ts';
import { runSuite, type SuiteResult } from './run-suite.ts';

const committed = fileURLToPath(new URL('../baselines/desk.json', import.meta.url));

const play = (options: Partial<EvalOptions> = {}): Promise<SuiteResult> =>
  runSuite('desk', { model: 'scripted', config: {}, ...options });

/** A copy of the committed baseline, changed, in a file of its own. */
async function baselineWith(change: (baseline: Baseline) => Baseline): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'groundhog-evals-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const path = join(directory, 'desk.json');
  await copyFile(committed, path);
  const baseline = await readBaseline(path, 'desk');
  if (baseline === undefined) throw new RangeError('there is no committed baseline');
  await writeBaseline(path, change(baseline));
  return path;
}

function withValue(name: string, change: (value: number) => number) {
  return (baseline: Baseline): Baseline => {
    const entry = baseline.metrics[name];
    if (entry === undefined) throw new RangeError(`the baseline has no ${name}`);
    const changed = { ...entry, value: change(entry.value) };
    return { ...baseline, metrics: { ...baseline.metrics, [name]: changed } };
  };
}

test('who does everything right passes the committed baseline', async () => {
  const result = await play({ playbook: 'gold' });
  expect(result).toMatchObject({ suite: 'desk', trials: 3, gate: 'pass', reasons: [] });
  expect(result.metrics['successRate']).toMatchObject({ value: 1, verdict: 'same' });
  expect(result.scores.map(({ scenario, madeBy }) => [scenario, madeBy])).toEqual([
    ['R-01', 'scripted'],
    ['R-01b', 'scripted'],
    ['T-01', 'scripted'],
  ]);
});

test.each(['null', 'saboteur'] as const)('the %s playbook fails the gate', async (playbook) => {
  const { gate, metrics, reasons } = await play({ playbook });
  expect(gate).toBe('fail');
  expect(metrics['successRate']?.value).toBe(0);
  expect(reasons.length).toBeGreaterThan(0);
});

test.each(['successRate', 'finalState', 'trajectory', 'reply', 'budget'])(
  'a baseline of %s raised above what is measured fails the gate',
  async (name) => {
    const baseline = await baselineWith(withValue(name, (value) => value + 0.001));
    const { gate, reasons } = await play({ baseline });
    expect({ gate, reasons }).toEqual({
      gate: 'fail',
      reasons: [expect.stringContaining(name)],
    });
  },
);

test.each(['modelTurns', 'toolCalls', 'tokens'])(
  'a baseline of %s far below what is measured fails the gate',
  async (name) => {
    const baseline = await baselineWith(withValue(name, () => 0));
    expect((await play({ baseline })).gate).toBe('fail');
  },
);

test('a baseline that is not there makes the gate invalid', async () => {
  const { gate, reasons } = await play({ baseline: join(tmpdir(), 'groundhog-no-baseline.json') });
  expect({ gate, reasons }).toEqual({
    gate: 'invalid',
    reasons: ['there is no baseline to compare with'],
  });
});

test('a baseline is written only on request, keeps its tolerances and says what changed', async () => {
  const path = await baselineWith(withValue('finalState', () => 0.5));
  const before = await readFile(path, 'utf8');
  const untouched = await play({ baseline: path });
  expect(await readFile(path, 'utf8')).toBe(before);
  expect(untouched).not.toHaveProperty('baselineChanges');

  const said: string[] = [];
  const updated = await play({
    baseline: path,
    updateBaseline: true,
    progress: (line) => said.push(line),
  });
  expect(updated.gate).toBe('pass');
  expect(updated.baselineChanges).toContain('finalState: 0.5 → 1');
  expect(said).toContain(`wrote the baseline ${path}`);
  const after = await readBaseline(path, 'desk');
  expect(after?.metrics['finalState']?.value).toBe(1);
  expect(after?.metrics['tokens']?.tolerance).toBe(100);
});

test('options that contradict each other are refused before anything is played', async () => {
  await expect(play({ model: 'recorded', playbook: 'null' })).rejects.toThrow(EvalOptionsError);
  await expect(play({ playbook: 'saboteur', updateBaseline: true })).rejects.toThrow(
    EvalOptionsError,
  );
});

test('an unknown suite is answered with those there are', async () => {
  const unknown = runSuite('kitchen', { model: 'scripted', config: {} });
  await expect(unknown).rejects.toThrow(SuiteUnknownError);
  await expect(unknown).rejects.toThrow('There are desk, triage, approvals, supervision');
});

test('a live model without a key makes the gate invalid and no baseline', async () => {
  const path = await baselineWith((baseline) => baseline);
  const before = await readFile(path, 'utf8');
  const said: string[] = [];
  const { gate, reasons } = await play({
    model: 'live',
    baseline: path,
    updateBaseline: true,
    progress: (line) => said.push(line),
  });
  expect(gate).toBe('invalid');
  expect(reasons).toHaveLength(3);
  expect(reasons[0]).toContain('OPENAI_API_KEY');
  expect(said).toContain(`did not write the baseline ${path}`);
  expect(await readFile(path, 'utf8')).toBe(before);
});

test('an abort rejects: it is no result', async () => {
  const signal = AbortSignal.abort(new Error('enough'));
  await expect(play({ signal })).rejects.toThrow('enough');
});

test('the result is plain data', async () => {
  const result = await play();
  expect(JSON.parse(JSON.stringify(result))).toEqual(result);
  expect(Object.keys(result).toSorted()).toEqual([
    'gate',
    'metrics',
    'model',
    'reasons',
    'routing',
    'scores',
    'suite',
    'trials',
  ]);
});

test('the committed recordings pass the committed baseline, and say who made them', async () => {
  const { gate, reasons, scores } = await play({ model: 'recorded' });
  expect({ gate, reasons }).toEqual({ gate: 'pass', reasons: [] });
  expect(new Set(scores.map(({ madeBy }) => madeBy))).toEqual(new Set(['recorded (scripted)']));
});

async function trialOf(scenario: Scenario): Promise<string> {
  await using worldServer = await startWorldServer();
  const options = { model: 'recorded', config: {} } as const;
  const recordingOf = recordingPath;
  const { scores } = await playTrial(scenario, { worldServer, scorers, recordingOf, options });
  const [first, ...others] = Object.values(scores);
  if (first?.kind !== 'unscored') throw new Error('it was scored');
  expect(others).toEqual(others.map(() => first));
  return first.reason;
}

test('a scenario without a recording is unscored, and the reason holds the command that makes one', async () => {
  expect(await trialOf({ ...scenarioNamed('R-01'), id: 'R-77' })).toBe(
    'it has no recording; make it: npx groundhog record R-77',
  );
});

test('a session that leaves its recording is unscored, and the reason says where it did', async () => {
  const scenario = scenarioNamed('T-01');
  const reason = await trialOf({ ...scenario, messages: [{ text: 'Something else entirely.' }] });
  expect(reason).toContain('it left its recording\nREPLAY DIVERGED  T-01');
});
