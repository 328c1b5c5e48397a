import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { HarnessError } from '../host/harness-error.ts';
import { type ProgramRequest, runProgram } from './run-program.ts';

const now = Date.UTC(2026, 10, 20, 9, 30);

const run = (source: string, request: Partial<ProgramRequest> = {}) =>
  runProgram({ source, functions: {}, now, seed: 'desk', ...request });

const getCharge = async () => ({ id: 'ch_1', amountMinor: 4900 });

test('a program calls functions, computes in minor units and answers with value and logs', async () => {
  const outcome = await run(
    `const charge = await tools.getCharge({ id: 'ch_1' });
     console.log('charge', charge);
     return { refund: money.format(money.percent(charge.amountMinor, '12.5'), 'USD') };`,
    { functions: { getCharge } },
  );
  expect(outcome).toEqual({
    kind: 'completed',
    value: { refund: '6.13' },
    logs: ['charge {"id":"ch_1","amountMinor":4900}'],
  });
});

test('clock and dice are arguments: the same ones give the same outcome', async () => {
  const source = `const read = () => [Date.now(), new Date().getHours(), Math.random(), String(new Date())];
    const before = read();
    await tools.getCharge();
    return [before, read(), new Date(0).constructor.now(), new Date(2020, 0, 31).getDate(), Date.parse('2020-01-01T00:00')];`;
  const once = await run(source, { functions: { getCharge } });
  expect(once).toMatchObject({
    value: [
      [now, 9, expect.any(Number), '2026-11-20T09:30:00.000Z'],
      [now, 9, expect.any(Number), '2026-11-20T09:30:00.000Z'],
      now,
      31,
      Date.UTC(2020, 0, 1),
    ],
  });
  expect(await run(source, { functions: { getCharge } })).toEqual(once);
  expect(await run(source, { functions: { getCharge }, seed: 'other' })).not.toEqual(once);
});

test('calls go out one after another, in the order in which the program makes them', async () => {
  const seen: unknown[] = [];
  const look = async (input: unknown) => {
    seen.push(['asked', input]);
    await delay(1);
    seen.push(['answered', input]);
    return null;
  };
  await run('await Promise.all([tools.look(1), tools.look(2)]); tools.look(3);', {
    functions: { look },
  });
  expect(seen).toEqual(
    [1, 2, 3].flatMap((input) => [
      ['asked', input],
      ['answered', input],
    ]),
  );
});

test('a failed call is an error that the program can catch, with code and message and nothing more', async () => {
  const functions = {
    refuse: async () => {
      throw new HarnessError({
        code: 'NOT_YOURS',
        message: 'Not your charge.',
        cause: new Error('at /srv/secret'),
      });
    },
    break: async () => {
      throw new TypeError('postgres://user:password@host');
    },
  };
  const source = `const seen = [];
    for (const name of ['refuse', 'break', 'constructor']) {
      try { await tools[name](); } catch (error) { seen.push({ ...error, name: error.name, message: error.message, cause: String(error.cause) }); }
    }
    return seen;`;
  expect(await run(source, { functions })).toMatchObject({
    value: [
      { code: 'NOT_YOURS', name: 'ToolError', message: 'Not your charge.', cause: 'undefined' },
      { code: 'TOOL_BROKEN', name: 'ToolError', message: 'The tool failed (TypeError).' },
      { name: 'TypeError', message: 'there is no tools.constructor; there are refuse, break' },
    ],
  });
});

test.for<[string, object]>([
  ['const a = 1;\nconst b = ;', { kind: 'syntax', line: 2, message: "Unexpected token ';'" }],
  [
    'return 1 }); (async function () {',
    { kind: 'syntax', message: 'The program closes a brace that it has not opened.' },
  ],
  ['let x: number = 1;', { kind: 'syntax', line: 1 }],
  ['import fs from "node:fs";', { kind: 'syntax', line: 1 }],
  [
    `return "${'x'.repeat(40_000)}"`,
    { kind: 'syntax', message: 'The program is 40009 bytes long; 32768 are allowed.' },
  ],
  [
    '\n\nthrow new RangeError("too few")',
    { kind: 'thrown', line: 3, message: 'RangeError: too few' },
  ],
  ['throw { code: 7 }', { kind: 'thrown', message: 'threw {"code":7}' }],
  [
    'const f = () => f() + 1;\nreturn f();',
    { kind: 'thrown', line: 1, message: 'RangeError: Maximum call stack size exceeded' },
  ],
  ['const kept = [];\nfor (;;) kept.push(new Array(1000).fill(7));', { kind: 'memory' }],
  [
    'return "x".repeat(70_000)',
    { kind: 'output', message: 'The result is longer than 65536 bytes.' },
  ],
  ['for (;;) await tools.getCharge()', { kind: 'host-calls', message: 'More than 64 tool calls.' }],
  [
    'return { total: 0 / 0 }',
    { kind: 'result', message: 'TypeError: result.total is NaN, which JSON cannot say' },
  ],
  [
    'return [{ id: 10n }]',
    { kind: 'result', message: 'TypeError: result[0].id is 10n, which JSON cannot say' },
  ],
  [
    'tools.getCharge()',
    { kind: 'result', message: 'TypeError: result is of type undefined, which JSON cannot say' },
  ],
])('%s ends in a failure that says what, where and what to do', async ([source, error]) => {
  // Long enough for a busy machine: these end of themselves, or at another limit.
  const outcome = await run(source, { functions: { getCharge }, limits: { wallTimeMs: 20_000 } });
  expect(outcome).toMatchObject({ kind: 'failed', error: { ...error, hint: expect.any(String) } });
});

test.for(['for (;;) {}', 'await new Promise(() => {});'])(
  '%s ends when its time is up',
  async (source) => {
    const outcome = await run(source, { functions: {}, limits: { wallTimeMs: 500 } });
    expect(outcome).toMatchObject({
      kind: 'failed',
      error: { kind: 'timeout', hint: expect.any(String) },
    });
  },
);

test('a failure keeps the logs written before it, and no more of them than are allowed', async () => {
  const outcome = await run(`for (let i = 0; ; i += 1) console.log(i, 'x'.repeat(99));`, {
    limits: { wallTimeMs: 3_000, logLines: 3, logLineLength: 10 },
  });
  expect(outcome).toMatchObject({
    error: { kind: 'timeout' },
    logs: ['0 xxxxxxxx', '1 xxxxxxxx', '2 xxxxxxxx'],
  });
});

test('an answer that is too long is an error of that call', async () => {
  const functions = { dump: async () => 'x'.repeat(300_000) };
  expect(
    await run('try { await tools.dump() } catch ({ code }) { return code }', { functions }),
  ).toMatchObject({
    value: 'TOOL_OUTPUT_TOO_LARGE',
  });
});

test('more programs than may run at once wait their turn, and all of them end', async () => {
  const outcomes = await Promise.all(
    Array.from({ length: 9 }, (_, index) => run(`return ${index}`)),
  );
  expect(outcomes.map((outcome) => outcome.kind === 'completed' && outcome.value)).toEqual([
    0, 1, 2, 3, 4, 5, 6, 7, 8,
  ]);
});

test('an abort ends a running program, its calls and its wait in the queue', async () => {
  const abort = new AbortController();
  const reason = new Error('the session was cancelled');
  const asked = Promise.withResolvers<void>();
  const over: boolean[] = [];
  const wait = async (_: unknown, signal: AbortSignal): Promise<null> => {
    asked.resolve();
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    over.push(signal.aborted);
    return null;
  };
  const request = { functions: { wait }, signal: abort.signal };
  const ends = Promise.allSettled([
    run('await tools.wait()', request),
    run('await tools.wait()', request),
    run('return 1', request),
  ]);
  await asked.promise;
  abort.abort(reason);
  expect(await ends).toEqual(Array.from({ length: 3 }, () => ({ status: 'rejected', reason })));
  expect(over.every(Boolean)).toBe(true);
  await expect(run('return 1', request)).rejects.toBe(reason);
  expect(await run('return 2')).toMatchObject({ value: 2 });
});
