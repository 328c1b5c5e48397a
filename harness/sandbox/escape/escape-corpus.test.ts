import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runProgram } from '../run-program.ts';
import { breachesOf, escapeRequest } from './escape-attempt.ts';
import { escapes } from './escapes.ts';
import { excesses } from './excesses.ts';
import { leakyProgram } from './leaky-program.ts';

const canary = 'canary-7f3a90';
const server = createServer((_, response) => response.end('{"status":"ok"}'));
let health: string;

beforeAll(async () => {
  process.env['GROUNDHOG_CANARY'] = canary;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  health = `http://127.0.0.1:${addressOf(server.address()).port}/health`;
});
afterAll(() => {
  delete process.env['GROUNDHOG_CANARY'];
  server.close();
});

function addressOf(address: string | AddressInfo | null): AddressInfo {
  if (address === null || typeof address === 'string')
    throw new TypeError('not listening on a port');
  return address;
}

test('the corpus holds at least forty attempts, each with a title of its own', () => {
  const titles = [...escapes, ...excesses].map(({ title }) => title);
  expect(titles.length).toBeGreaterThan(40);
  expect(new Set(titles).size).toBe(titles.length);
});

test.for(escapes)('$title: denied', async (attempt) => {
  const running = runProgram(escapeRequest(attempt.source, canary));
  // This very process serves while it runs.
  const [outcome, answer] = await Promise.all([running, fetch(health)]);
  expect(answer.ok).toBe(true);
  expect(breachesOf(attempt, outcome, canary)).toEqual([]);
});

test.for(excesses)('$title: brought to an end', async (attempt) => {
  const running = runProgram(escapeRequest(attempt.source, canary));
  // This very process serves while it runs.
  const [outcome, answer] = await Promise.all([running, fetch(health)]);
  expect(answer.ok).toBe(true);
  expect(breachesOf(attempt, outcome, canary)).toEqual([]);
  expect(JSON.stringify(outcome).length).toBeLessThan(130_000);
});

test('while programs loop, this very process goes on answering /health', async () => {
  const programs = { areRunning: true };
  const loops = Promise.all(
    Array.from({ length: 6 }, () =>
      runProgram(escapeRequest('await tools.peek({}); while (true) {}', canary)),
    ),
  ).finally(() => {
    programs.areRunning = false;
  });
  let answered = 0;
  while (programs.areRunning) {
    const response = await fetch(health);
    if (programs.areRunning && response.ok) answered += 1;
  }
  for (const outcome of await loops) expect(outcome).toMatchObject({ error: { kind: 'timeout' } });
  expect(answered).toBeGreaterThan(10);
});

const moduleUrl = (file: string): string => JSON.stringify(new URL(file, import.meta.url).href);

/** Runs `script` in a process of its own, which has the canary in its environment. */
function inProcess(script: string): ChildProcess {
  const source = `
    import { runProgram } from ${moduleUrl('../run-program.ts')};
    import { leakyProgram } from ${moduleUrl('./leaky-program.ts')};
    import { breachesOf, escapeRequest } from ${moduleUrl('./escape-attempt.ts')};
    import { escapes } from ${moduleUrl('./escapes.ts')};
    import { excesses } from ${moduleUrl('./excesses.ts')};
    const canary = ${JSON.stringify(canary)};
    ${script}`;
  return spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', source], {
    env: { PATH: process.env['PATH'], GROUNDHOG_CANARY: canary },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

async function outputOf(child: ChildProcess): Promise<unknown> {
  if (child.stdout === null) throw new TypeError('it has no output');
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  expect(code).toBe(0);
  return JSON.parse(output);
}

test('after bombs and an abort a process ends by itself, and has not grown beyond bounds', async () => {
  const child = inProcess(`
    const bombs = excesses.filter(({ ends }) => ends.includes('memory'));
    for (const { source } of bombs) await runProgram(escapeRequest(source, canary));
    const abort = new AbortController();
    const stopped = runProgram({ ...escapeRequest('for (;;) await null', canary), signal: abort.signal });
    setTimeout(() => abort.abort(), 50);
    const end = await stopped.then(() => 'ended', () => 'aborted');
    process.stdout.write(JSON.stringify({ bombs: bombs.length, end, peakMb: process.resourceUsage().maxRSS / 1024 }));`);
  const { bombs, end, peakMb } = Object(await outputOf(child));
  expect(bombs).toBeGreaterThan(8);
  expect(end).toBe('aborted');
  expect(peakMb).toBeLessThan(800);
});

test('negative control: there the constructor of a host function speaks the canary', async () => {
  const source = `return (await tools.peek.constructor('return process')()).env.GROUNDHOG_CANARY`;
  const attempt = { title: 'CD-5', source, ends: ['completed'] } as const;
  const outcome = await leakyProgram(escapeRequest(source, canary));
  expect(breachesOf(attempt, outcome, canary)).toEqual(['it spoke the canary']);
});

test('negative control: a sandbox made of node:vm and host functions fails the same corpus (CD-5)', async () => {
  const child = inProcess(`
    process.on('unhandledRejection', () => undefined);
    const caught = [];
    for (const attempt of escapes) {
      const crashed = () => ({ kind: 'failed', error: { kind: 'crashed' }, logs: [] });
      const outcome = await leakyProgram(escapeRequest(attempt.source, canary)).catch(crashed);
      if (breachesOf(attempt, outcome, canary).length > 0) caught.push(attempt.title);
    }
    process.stdout.write(JSON.stringify(caught));`);
  const caught = await outputOf(child);
  expect(caught).toEqual(
    expect.arrayContaining([
      'the constructor of a host function',
      'the constructor of an answer',
      'the constructor of a pending call',
      'the constructor of a host error',
      'the stack of a host error',
      'polluting by an answer',
    ]),
  );
});

/** Starts a looping program in a process that also serves /health, and counts what that answers from then on. */
async function answersDuringLoop(sandbox: 'runProgram' | 'leakyProgram'): Promise<number> {
  const child = inProcess(`
    const { createServer } = await import('node:http');
    const server = createServer((_, response) => response.end()).listen(0, '127.0.0.1', async () => {
      const request = escapeRequest('await tools.peek({}); while (true) {}', canary);
      const peek = async () => { process.stdout.write(server.address().port + '\\n'); return {}; };
      for (;;) await ${sandbox}({ ...request, functions: { peek } });
    });`);
  try {
    if (child.stdout === null) throw new TypeError('it has no output');
    const [line] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
    const url = `http://127.0.0.1:${Number.parseInt(String(line), 10)}/health`;
    let answered = 0;
    for (let tries = 0; tries < 20; tries += 1) {
      const response = await fetch(url, { signal: AbortSignal.timeout(200) }).catch(
        () => undefined,
      );
      if (response?.ok === true) answered += 1;
    }
    return answered;
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}

test('negative control: there one awaited call and a loop hang the server for good (CD-6)', async () => {
  expect(await answersDuringLoop('leakyProgram')).toBe(0);
  expect(await answersDuringLoop('runProgram')).toBeGreaterThan(0);
});
