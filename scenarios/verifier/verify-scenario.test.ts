import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { type VerifyOptions, type VerifyReport, verifyScenario } from './verify-scenario.ts';

// Real processes, real SIGKILL, real databases. Each test is a small sweep; `groundhog crash` does the whole of it.

const sweepTimeoutMs = 180_000;

function summary(report: VerifyReport): string {
  const { points, landed, clean, invalid } = report;
  return `${points} points, ${landed} landed, ${clean} clean, ${invalid.length} invalid`;
}

const brokenInvariants = ({ violations }: VerifyReport): readonly string[] =>
  [...new Set(violations.map(({ invariant }) => invariant))].toSorted();

// On `pglite-server` the demo kills inside every step.
test.for([
  ['R-01', 'pglite', 'issueRefund#1:inside'],
  ['S-02', 'pglite-server', '1~1/searchKnowledgeBase#1:before'],
] as const)(
  '%s on %s: a worker killed at %s recovers, and nothing is wrong',
  { timeout: sweepTimeoutMs },
  async ([scenario, backend, at]) => {
    const report = await verifyScenario(scenario, { backend, at });
    expect(report.violations).toEqual([]);
    expect(summary(report)).toBe('1 points, 1 landed, 1 clean, 0 invalid');
  },
);

test('on PostgreSQL a worker killed with the refund paid and unsaved recovers; every step is a point before, inside and after', {
  timeout: sweepTimeoutMs,
}, async () => {
  const seen: string[] = [];
  const options: VerifyOptions = {
    backend: 'postgres',
    at: 'issueRefund#1:inside',
    onStart: (steps) => seen.push(...steps.map(({ step }) => step)),
  };
  const report = await verifyScenario('R-01', options);
  expect(report.violations).toEqual([]);
  expect(summary(report)).toBe('1 points, 1 landed, 1 clean, 0 invalid');
  expect(new Set(seen)).toEqual(
    new Set([
      'receive-message',
      ...[1, 2, 3, 4, 5].map((turn) => `model#${turn}`),
      'classifyItem#1',
      'handoff#1',
      'runCode#1',
      'issueRefund#1',
      'draftReply#1',
      'sendReply#1',
    ]),
  );
});

test('beside a second server one that is killed, stands still or is lost leaves one history', {
  timeout: sweepTimeoutMs,
}, async () => {
  const report = await verifyScenario('R-01', {
    backend: 'postgres',
    at: 'issueRefund#1:inside',
    servers: 2,
  });
  expect(report.violations).toEqual([]);
  expect(summary(report)).toBe('1 points, 1 landed, 1 clean, 0 invalid');
});

test('CD-1 is caught beside a second server too, and the crash can be done again', {
  timeout: sweepTimeoutMs,
}, async () => {
  const report = await verifyScenario('R-01', {
    backend: 'pglite-server',
    mutant: 'CD-1',
    at: 'issueRefund#1:inside',
    servers: 2,
    faults: ['kill'],
  });
  expect(report.violations[0]).toMatchObject({
    invariant: 'I1',
    replay:
      "npx groundhog crash R-01 --at 'issueRefund#1:inside' --backend pglite-server --servers 2 --faults kill --mutant CD-1",
  });
});

test.for([
  ['pglite', ['kill']],
  ['pglite-server', ['lose']],
] as const)(
  'on %s no two servers can go through %j, and it is said so',
  async ([backend, faults]) => {
    const sweep = verifyScenario('R-01', { backend, servers: 2, faults });
    await expect(sweep).rejects.toMatchObject({ code: 'SERVERS_NEED_SERVER' });
  },
);

test('a loop over an array in memory writes to the customer twice when it is killed, and does not get through', {
  timeout: sweepTimeoutMs,
}, async () => {
  const report = await verifyScenario('T-01', {
    backend: 'pglite',
    subject: 'in-memory-loop',
    at: 'sendReply#1:inside',
  });
  expect(brokenInvariants(report)).toEqual(expect.arrayContaining(['I1', 'I7']));
  expect(report.violations[0]).toMatchObject({
    invariant: 'I1',
    found: expect.stringMatching(/^2 × mail /),
    replay:
      "npx groundhog crash T-01 --at 'sendReply#1:inside' --backend pglite --subject in-memory-loop",
  });
});

test('CD-1 is caught where the provider has the refund and the step does not: 98.00 instead of 49.00', {
  timeout: sweepTimeoutMs,
}, async () => {
  const report = await verifyScenario('R-01', {
    backend: 'pglite-server',
    mutant: 'CD-1',
    at: 'issueRefund#1:inside',
  });
  expect(report.violations[0]).toEqual({
    point: 'issueRefund#1:inside',
    invariant: 'I1',
    expected: '1 × refund of 49.00 USD on ch_A2',
    found: '2 × refund of 49.00 USD on ch_A2',
    message: 'The world was made to do this 2 times instead of 1: refund of 49.00 USD on ch_A2.',
    replay:
      "npx groundhog crash R-01 --at 'issueRefund#1:inside' --backend pglite-server --mutant CD-1",
  });
  expect(brokenInvariants(report)).toContain('I2');
});

test('CD-1 is harmless where the refund had not begun, and is not accused there', {
  timeout: sweepTimeoutMs,
}, async () => {
  const report = await verifyScenario('R-01', {
    backend: 'pglite-server',
    mutant: 'CD-1',
    at: 'issueRefund#1:before',
  });
  expect(summary(report)).toBe('1 points, 1 landed, 1 clean, 0 invalid');
});

test('CD-4 is caught where a turn has streamed and is not yet saved: its text is there twice', {
  timeout: sweepTimeoutMs,
}, async () => {
  const report = await verifyScenario('R-01', {
    backend: 'pglite-server',
    mutant: 'CD-4',
    at: 'model#2:inside',
  });
  expect(brokenInvariants(report)).toContain('I4');
  expect(report.violations.map(({ found }) => found)).toContain(
    '"Let me look at your charges.Let me look at your charges."',
  );
});

test('those who watch from other processes, some over a new connection and one late, see the log once and in order', {
  timeout: sweepTimeoutMs,
}, async () => {
  const report = await verifyScenario('R-01', {
    backend: 'pglite-server',
    at: 'model#1:delta[3]',
    watchedBy: { viewers: 3, lateViewers: 1 },
  });
  expect(report.violations).toEqual([]);
  expect(report.viewers).toEqual({ duplicates: 0, gaps: 0, outOfOrder: 0 });
  expect(summary(report)).toBe('1 points, 1 landed, 1 clean, 0 invalid');
});

test('CD-10 is caught by those who watch and by nothing else', {
  timeout: sweepTimeoutMs,
}, async () => {
  const options = { backend: 'pglite-server', at: 'model#2:delta[1]', mutant: 'CD-10' } as const;
  const unwatched = await verifyScenario('R-01', options);
  expect(summary(unwatched)).toBe('1 points, 1 landed, 1 clean, 0 invalid');
  const watchedBy = { viewers: 0, lateViewers: 1 };
  const watched = await verifyScenario('R-01', { ...options, watchedBy });
  expect(brokenInvariants(watched)).toEqual(['I4']);
  expect(watched.viewers?.outOfOrder).toBeGreaterThan(0);
});

test('where the database dies with the worker nobody can watch, and it is said so', async () => {
  const watchedBy = { viewers: 1, lateViewers: 0 };
  const sweep = verifyScenario('R-01', { backend: 'pglite', watchedBy });
  await expect(sweep).rejects.toMatchObject({ code: 'VIEWERS_NEED_SERVER' });
});

test('a point that is not of the session is refused, with the steps there are', {
  timeout: sweepTimeoutMs,
}, async () => {
  const sweep = verifyScenario('R-01', { backend: 'pglite-server', at: 'payTwice#1:inside' });
  await expect(sweep).rejects.toMatchObject({
    code: 'CRASH_POINT_UNKNOWN',
    message: expect.stringContaining('receive-message, model#1, classifyItem#1'),
  });
});

test('a sweep that is interrupted leaves no worker and no directory behind', {
  timeout: sweepTimeoutMs,
}, async () => {
  const before = sweepDirectories();
  const interrupt = new AbortController();
  const sweep = verifyScenario('R-01', {
    backend: 'pglite',
    signal: interrupt.signal,
    onStart: () => interrupt.abort(new Error('interrupted')),
  });
  await expect(sweep).rejects.toThrow('interrupted');
  expect(sweepDirectories().filter((each) => !before.includes(each))).toEqual([]);
});

const sweepDirectories = (): readonly string[] =>
  readdirSync(tmpdir()).filter((name) => name.startsWith('groundhog-crash-'));
