import { expect, test } from 'vitest';
import { scriptedModel } from '#harness/testing';
import { startWorldServer } from '../desk/world/world-server.ts';
import { playScenario } from '../scenario/play-scenario.ts';
import { scenarioNamed } from '../suites/scenario-named.ts';
import type { WorkerStory } from './crash-worker.ts';
import { judge, judgeGolden } from './judge.ts';

const scenario = scenarioNamed('R-01');
const point = { run: 1, step: 'issueRefund#1', moment: 'inside' } as const;
const killed = { exitCode: null, signal: 'SIGKILL', hung: false, complaint: '' } as const;
const ended = { exitCode: 0, signal: null, hung: false, complaint: '' } as const;

async function play(playbook: 'gold' | 'null'): Promise<NonNullable<WorkerStory['observation']>> {
  await using worldServer = await startWorldServer();
  return playScenario(scenario, {
    worldServer,
    model: scriptedModel(scenario.playbooks[playbook]),
  });
}

const golden = await play('gold');
const landedAt = (step: string, runId = 'R-01/1') =>
  ({ kind: 'landed', life: 1, runId, step }) as const;
const clean: WorkerStory = {
  lives: [killed, ended],
  evidence: [landedAt('issueRefund#1')],
  observation: golden,
  viewings: [],
};

test('a crash that landed and left what the golden run leaves is clean', () => {
  expect(judge(clean, { golden, point })).toEqual({ kind: 'CLEAN' });
});

test.for([
  ['the point was never reached', { ...clean, lives: [ended], evidence: [] }],
  ['the worker hung before it reached the point', { ...clean, lives: [{ ...killed, hung: true }] }],
  ['the worker outlived its kill', { ...clean, lives: [{ ...ended, exitCode: 1 }] }],
  [
    'it was killed elsewhere, in R-01/1~2 at issueRefund#1',
    { ...clean, evidence: [landedAt('issueRefund#1', 'R-01/1~2')] },
  ],
] as const)('where %s, nothing is proved', ([reason, story]) => {
  expect(judge(story, { golden, point })).toMatchObject({
    kind: 'INVALID',
    reason: expect.stringContaining(reason),
  });
});

const ready = { kind: 'ready', life: 0 } as const;
const woken = { kind: 'woken', life: 1 } as const;
const goesOn: WorkerStory = { ...clean, lives: [ended] };

test('a server that stood still while another one opened, and went on to leave the same, is clean', () => {
  const evidence = [...clean.evidence, ready, woken];
  expect(judge({ ...goesOn, evidence }, { golden, point, pair: 'stop' })).toEqual({
    kind: 'CLEAN',
  });
});

test.for([
  ['the server beside it never opened', []],
  ['the server beside it never opened', [woken]],
  ['the server beside it was not open while this one stood still', [woken, ready]],
  ['the server beside it was not open while this one stood still', [ready]],
] as const)('where %s, nothing is proved by one that stood still', ([reason, beside]) => {
  const evidence = [...clean.evidence, ...beside];
  expect(judge({ ...goesOn, evidence }, { golden, point, pair: 'stop' })).toEqual({
    kind: 'INVALID',
    reason,
  });
});

test('one that stood still, goes on and then comes to nothing is a violation', () => {
  const { observation: _, ...lost } = goesOn;
  const evidence = [...clean.evidence, ready, woken];
  const hung = { ...killed, hung: true };
  expect(
    judge({ ...lost, lives: [hung], evidence }, { golden, point, pair: 'stop' }),
  ).toMatchObject({
    kind: 'VIOLATION',
    violations: [{ invariant: 'I9', found: 'no progress any more' }],
  });
});

test('a worker that does not come back is a violation and no proof of anything else', () => {
  const { observation: _, ...lost } = clean;
  const verdict = judge(
    { ...lost, lives: [killed, { ...ended, exitCode: 1, complaint: 'no such table' }] },
    { golden, point },
  );
  expect(verdict).toMatchObject({
    kind: 'VIOLATION',
    violations: [{ invariant: 'I9', message: expect.stringContaining('no such table') }],
  });
});

test('only the call whose answer was not yet saved may be made twice', () => {
  const [first] = golden.modelCalls;
  if (first === undefined) throw new Error('the golden run called no model');
  const made = { kind: 'model-call', life: 1, runId: 'R-01/1', ...first } as const;
  const twice = {
    ...clean,
    evidence: [landedAt('model#1'), { ...made, step: 'model#1' }],
    observation: { ...golden, modelCalls: [...golden.modelCalls, first] },
  };
  const at = (moment: 'inside' | 'after'): ReturnType<typeof judge> =>
    judge(twice, { golden, point: { run: 1, step: 'model#1', moment } });
  expect(at('inside')).toEqual({ kind: 'CLEAN' });
  expect(at('after')).toMatchObject({ kind: 'VIOLATION', violations: [{ invariant: 'I7' }] });
});

test.for([
  [2, 'CLEAN'],
  [1, 'VIOLATION'],
] as const)(
  'a sub-agent’s call that life %i has saved and a later one made again is %s',
  ([life, kind]) => {
    const [first] = golden.modelCalls;
    if (first === undefined) throw new Error('the golden run called no model');
    const beside = { runId: 'R-01/1~2', step: 'model#1' };
    const again = {
      ...clean,
      evidence: [
        landedAt('issueRefund#1'),
        { kind: 'model-call', life: 1, ...beside, ...first } as const,
        { kind: 'saved', life, ...beside } as const,
      ],
      observation: { ...golden, modelCalls: [...golden.modelCalls, first] },
    };
    expect(judge(again, { golden, point }).kind).toBe(kind);
  },
);

test('a recovered session that asks for something else is a violation even if it ends the same', () => {
  expect(judge({ ...clean, divergence: 'class SYSTEM' }, { golden, point })).toMatchObject({
    kind: 'VIOLATION',
    violations: [{ invariant: 'I6', found: 'class SYSTEM' }],
  });
});

test('a run that is wrong without a crash is no golden run', async () => {
  const story = { ...clean, observation: await play('null') };
  expect(() => judgeGolden(scenario, story)).toThrow(
    expect.objectContaining({
      code: 'BASELINE_FAILED',
      message: expect.stringContaining('refunds expected: 49.00 USD of ch_A2; made: none'),
    }),
  );
});
