import { expect, test } from 'vitest';
import { conclude, type HostBridge, openSurface } from './guest.ts';

// The same text in another engine: what holds here by the language alone holds inside by it too.

const now = Date.UTC(2026, 10, 20, 9, 30);
const silent: HostBridge = {
  call: () => '{"kind":"completed","output":null}',
  log: () => undefined,
};

const open = (seed: string, host: HostBridge = silent) =>
  openSurface({ Date, Math }, host, {
    tools: ['look'],
    now,
    seed,
    logLineLimit: 2,
    logLineLengthLimit: 12,
    inputLengthLimit: 20,
    resultLengthLimit: 40,
  });

/** Runs a program over a surface as guest-source.ts does. */
function run(program: string, surface = open('seed')): Promise<string> {
  const AsyncFunction = (async () => undefined).constructor;
  const names = Object.keys(surface);
  const body = Reflect.construct(AsyncFunction, [...names, `"use strict";${program}`]);
  const frame = { firstLine: 1, resultLengthLimit: 40 };
  return conclude(() => Reflect.apply(body, undefined, Object.values(surface)), frame);
}

test('no road from the clock leads to another clock', async () => {
  expect(await run('return [Date.now(), +new Date()]')).toBe(
    `{"kind":"completed","value":[${now},${now}]}`,
  );
  for (const clock of [
    'new Date(0).constructor',
    'Object.getPrototypeOf(new Date()).constructor',
    'Date.prototype.constructor',
    'Reflect.construct(Date, []).constructor',
  ]) {
    expect(await run(`return ${clock}.now()`)).toBe(`{"kind":"completed","value":${now}}`);
  }
});

test('a date is read and written in UTC, whatever the zone of the machine', async () => {
  expect(await run('return new Date(2020, 1, 29, 13).toJSON()')).toContain(
    '2020-02-29T13:00:00.000Z',
  );
  expect(await run('return new Date("2020-02-29T13:00").getHours()')).toContain('13');
  expect(await run('return `${new Date("2020-02-29")}`')).toContain('2020-02-29T00:00:00.000Z');
  expect(await run('return Number.isNaN(Date.parse("29 Feb 2020"))')).toContain('true');
});

test('the same seed rolls the same dice', async () => {
  const roll = 'return [Math.random(), Math.max(1, 2)]';
  expect(await run(roll, open('one'))).toBe(await run(roll, open('one')));
  expect(await run(roll, open('one'))).not.toBe(await run(roll, open('two')));
});

test('dice are spread evenly', async () => {
  const program = `const counts = Array(4).fill(0);
    for (let i = 0; i < 4000; i += 1) counts[Math.floor(Math.random() * 4)] += 1;
    return counts.every((count) => count > 900 && count < 1100)`;
  expect(await run(program)).toContain('true');
});

test('logs are cut to their lines and their length', async () => {
  const lines: string[] = [];
  const host: HostBridge = { ...silent, log: (line) => lines.push(line) };
  await run('for (const i of [1, 2, 3]) console.log(i, { i }, () => 1)', open('seed', host));
  expect(lines).toEqual(['1 {"i":1} of', '2 {"i":2} of']);
});

test('what is too long is not sent', async () => {
  expect(await run('await tools.look("x".repeat(30))')).toContain(
    'ToolError (TOOL_INPUT_TOO_LARGE): look takes up to 20 bytes.',
  );
  expect(await run('return "x".repeat(50)')).toBe('{"kind":"output"}');
});
