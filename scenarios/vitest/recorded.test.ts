import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recordingMode } from './recording-mode.ts';

// A project with one test file, run by vitest as whoever writes such tests runs it. What differs between runs stands in the
// environment; what the agent is told is CHANGED in one of them.

const root = join('.groundhog', `vitest-${process.pid}`);
const recordings = join(root, '__recordings__', 'agent.test.ts');

const files = {
  'vitest.config.ts': `
    import { defineConfig } from 'vitest/config';
    import { RecordingsReporter } from '#scenarios/vitest';
    const prices = { currency: 'USD', perMillion: { 'order-model': { input: 1000, output: 0 } } };
    export default defineConfig({
      test: { reporters: [['default', { summary: false }], new RecordingsReporter({ prices })] },
    });`,
  'agent.test.ts': `
    import { generateText, streamText, isStepCount, tool } from 'ai';
    import { test as base, expect } from 'vitest';
    import { z } from 'zod';
    import { hasTool, scriptedModel } from '#harness/testing';
    import { recorded } from '#scenarios/vitest';

    const model = scriptedModel({
      name: 'order-model',
      plays: [
        {
          name: 'looks',
          when: (asked) => hasTool(asked, 'find') && asked.messages.length === 1,
          answer: () => ({ calls: [{ tool: 'find', input: { id: 'A' } }] }),
        },
        { name: 'says', when: () => true, answer: () => ({ text: 'It is on its way.' }) },
      ],
    });
    const tools = {
      find: tool({ inputSchema: z.object({ id: z.string() }), execute: () => 'on its way' }),
    };
    const asked = process.env.CHANGED ?? 'Where is it?';
    const test = recorded(base, { made: 'scripted', secrets: ['canary-51'], timing: true });

    test('answers', async ({ recording }) => {
      const result = streamText({
        model: recording.model(model),
        tools: recording.tools(tools),
        prompt: asked,
        stopWhen: isStepCount(3),
        onError: () => undefined,
      });
      // Swallows whatever goes wrong, as a stream does.
      for await (const _ of result.textStream);
    });
    test('says which tools it called', async ({ recording }) => {
      const options = { model: recording.model(model), tools: recording.tools(tools), stopWhen: isStepCount(3) };
      await generateText({ ...options, prompt: 'Where is it?' });
      expect(recording).toReplay();
      expect(recording).toCallTools([process.env.CHANGED ? 'refund' : 'find']);
      expect(recording).toKeepCachePrefix();
    });
    test('forgets what was said', async ({ recording }) => {
      for (const prompt of ['One', 'Two']) await generateText({ model: recording.model(model), prompt });
      const meant = [{ at: 'main#1', reason: 'another conversation' }];
      expect(recording).toKeepCachePrefix(process.env.CHANGED ? [] : meant);
    });
    test("dies with its (own) agent's error", async ({ recording }) => {
      await generateText({ model: recording.model(model), prompt: asked });
    });
    test('fails', async ({ recording }) => {
      await generateText({ model: recording.model(model), prompt: 'Where is it?' });
      expect(1).toBe(2);
    });
    test('calls nothing', async ({ recording }) => {
      expect(recording.isRecording).toBe(true);
    });
    test('tells a secret', async ({ recording }) => {
      await generateText({ model: recording.model(model), prompt: 'It is canary-51.' });
    });
    test('has a name', async ({ recording }) => {
      await generateText({ model: recording.model(model), prompt: 'Where is it?' });
    });
    test('Has a name!', async ({ recording }) => {
      await generateText({ model: recording.model(model), prompt: 'Where is it?' });
    });`,
};

beforeAll(async () => {
  await mkdir(root, { recursive: true });
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(root, name), text)));
});
afterAll(() => rm(root, { recursive: true, force: true }));

interface Run {
  readonly passed: boolean;
  readonly output: string;
}

function runVitest(
  environment: Readonly<Record<string, string>>,
  ...flags: readonly string[]
): Promise<Run> {
  const { CI: _, GROUNDHOG_RECORD: __, VITEST: ___, ...inherited } = process.env;
  const argv = [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--root',
    root,
    '--pool',
    'threads',
    ...flags,
  ];
  const options = { env: { ...inherited, NO_COLOR: '1', ...environment } };
  return new Promise((resolve) => {
    execFile(process.execPath, argv, options, (error, stdout, stderr) =>
      resolve({ passed: error === null, output: `${stdout}${stderr}` }),
    );
  });
}

/** Lets the messages of one recording pass until a day. */
const accept = (until: string): Promise<void> =>
  writeFile(
    join(recordings, 'answers.policy.json'),
    JSON.stringify({ MESSAGE: { level: 'warn', reason: 'other words', until } }),
  );

const kept = [
  'answers',
  'dies-with-its-own-agent-s-error',
  'forgets-what-was-said',
  'has-a-name',
  'says-which-tools-it-called',
].flatMap((name) => [`${name}.jsonl`, `${name}.timing.json`]);

test('recordings are made when they are asked for, kept if the test passes, and replayed ever after', async () => {
  const before = await runVitest({});
  expect(before.output).toContain('Nothing is recorded of "answers"');
  expect(before.output).toContain('GROUNDHOG_RECORD=missing npx vitest run');
  await expect(readdir(recordings)).rejects.toThrow('ENOENT');

  const made = await runVitest({}, '-u');
  expect(made.output).toContain('expected 1 to be 2');
  expect(made.output).toContain('called no model and no tool');
  expect(made.output).toMatch(/SecretFoundError: .*was not written/);
  expect(made.output).toContain('Two tests would be recorded in');
  expect(made.output).toContain('5 passed');
  expect((await readdir(recordings)).toSorted()).toEqual(kept);

  // Of a test that was renamed, and of a file.
  const gone = [join(recordings, 'was-said.jsonl'), join(recordings, '../gone.test.ts/x.jsonl')];
  await mkdir(join(recordings, '../gone.test.ts'));
  for (const file of gone) await writeFile(file, '');
  const good = ['-t', 'answers|says which|forgets|dies'];
  const replayed = await runVitest({ CI: '1' }, ...good);
  expect(replayed.output).toContain(
    'groundhog: 4 recordings replayed · 9 calls exact · 0 drifted · ',
  );
  expect(replayed.output).toMatch(
    /· \d+ input and \d+ output tokens not asked for again · 0\.\d{4} USD not spent again · \d+\.\d s not waited for again\n/,
  );
  // What a filter leaves out is nobody's orphan.
  expect(replayed.output.match(/^groundhog: .*: no test has this recording$/gm)).toEqual(
    gone.toSorted().map((file) => `groundhog: ${file}: no test has this recording`),
  );
  expect(replayed.passed).toBe(true);
}, 120_000);

test('what is not as recorded fails the test, although its agent swallows it; matchers say what they miss', async () => {
  await accept('2026-01-31');
  const { output, passed } = await runVitest(
    { CHANGED: 'Where?' },
    '-t',
    'answers|says which|forgets|dies',
  );
  expect(passed).toBe(false);
  expect(output).toContain('4 failed');
  expect(output).toContain('groundhog: 2 recordings replayed · 0 calls exact · 2 drifted · ');
  expect(output).toContain(String.raw`-t '^dies with its \(own\) agent'\''s error$' -u.`);
  expect(output).toContain(
    'messages/0/content/0/text   "Where is it?" → "Where?". It was accepted until 2026-01-31: other words. If that is meant, record it again: ',
  );
  expect(output).toContain(`npx vitest run ${join(root, 'agent.test.ts')} -t '^answers$' -u.`);
  expect(output).toMatch(/npx groundhog accept \S+answers\.jsonl --class MESSAGE/);
  expect(output).toContain('The tools called are find.');
  expect(output).toContain('The request at main#1 does not begin with the one before it');
}, 60_000);

test('what is accepted passes, and is listed before the line at the end', async () => {
  await accept('2999-12-31');
  const { output, passed } = await runVitest({ CHANGED: 'Where?' }, '-t', 'answers');
  expect(output).toContain(
    'answers.jsonl: policy MESSAGE: warn until 2999-12-31, 2 places (other words)\n',
  );
  expect(output).toMatch(/answers\.jsonl: warning: MESSAGE model call at main#0, and 1 more/);
  expect(output).toContain(
    'groundhog: 1 recording replayed · 1 call exact · 0 drifted · 2 accepted · ',
  );
  expect(passed).toBe(true);
}, 60_000);

test('a run without a recording fails', async () => {
  const { output, passed } = await runVitest({}, '-t', 'of no test', '--passWithNoTests');
  expect(output).toContain('groundhog: no test of this run used a recording.');
  expect(passed).toBe(false);
}, 60_000);

test.each([
  [{}, false, 'replay'],
  [{}, true, 'update'],
  [{ CI: 'true' }, true, 'replay'],
  [{ GROUNDHOG_RECORD: 'missing' }, false, 'missing'],
  [{ GROUNDHOG_RECORD: 'replay', CI: '1' }, true, 'replay'],
] as const)('%o, and -u %s: %s', (environment, isUpdate, mode) => {
  expect(recordingMode(environment, isUpdate)).toBe(mode);
});

test('a wish to record in CI, and one that nobody understands, is refused', () => {
  expect(() => recordingMode({ GROUNDHOG_RECORD: 'update', CI: '1' }, false)).toThrow(
    'is update where CI is set',
  );
  expect(() => recordingMode({ GROUNDHOG_RECORD: 'yes' }, false)).toThrow(
    'Set it to update, missing or replay.',
  );
});

test.each([
  ['docs/vitest.md', 'docs/examples/order-agent.test.ts'],
  ['docs/recording-agents.md', 'docs/examples/recorded-agent.test.ts'],
  ['docs/recording-http.md', 'docs/examples/recorded-http.test.ts'],
])('%s shows its example as it is run', async (page, example) => {
  const text = await readFile(example, 'utf8');
  expect(await readFile(page, 'utf8')).toContain(`\`\`\`ts\n// ${example}\n${text}\`\`\`\n`);
});
