import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { defineSuite, runSuite, SuiteInvalidError } from '#evals';
import { scriptedModel } from '#harness/testing';
import { ModuleUnusableError, replayRecording, startWorldServer, verifyScenario } from '#scenarios';
import { outageAgent } from './ai-sdk-agent.ts';
import { scenario } from './outage-card.ts';
import { gold } from './outage-playbooks.ts';
import { reportCrash, reportSuite } from './reporter.ts';

// What docs/extending.md shows is run here, from its files, as a reader would run it.

const card = 'docs/examples/outage-card.ts';
const suite = 'docs/examples/outage-suite.ts';
const atTheMail = { backend: 'pglite', at: 'notifyCustomer#1:inside' } as const;
// Processes with a database on disk: slow to start on a busy machine.
const timeout = 180_000;

test('the page shows every example as it is run', () => {
  const page = readFileSync('docs/extending.md', 'utf8');
  const files = globSync('docs/examples/*.ts').filter((path) => !path.endsWith('.test.ts'));
  const missing = files.filter(
    (path) => !page.includes(`\`\`\`ts\n// ${path}\n${readFileSync(path, 'utf8')}\`\`\`\n`),
  );
  expect(missing).toEqual([]);
  expect(files.length).toBeGreaterThan(6);
});

test('the agent of the AI SDK and the subject made of it do the same to the world', async () => {
  await using worldServer = await startWorldServer();
  const world = worldServer.createWorld(scenario.world);
  const { text } = await outageAgent(scriptedModel(gold), world.url).generate({
    prompt: scenario.messages[0]?.text ?? '',
  });
  expect(text).toBe('You have mail about it.');
  expect(world.snapshot().mails).toMatchObject([
    { customerId: 'cus_1', body: 'It is INC-7: Exports end in a timeout. We are on it.' },
  ]);
  expect(await replayRecording(card)).toMatchObject({
    recording: 'X-01',
    divergences: 0,
    network: 0,
  });
});

test('killed where the mail has gone and is not saved, the subject recovers', {
  timeout,
}, async () => {
  const report = await verifyScenario(card, atTheMail);
  expect(reportCrash(report)).toBe('::notice::1 of 1 crash points are clean');
});

test('with a key of every life’s own it mails twice, which I1 and the card’s own checker say', {
  timeout,
}, async () => {
  const forgetful = 'docs/examples/forgetful-card.ts';
  const report = await verifyScenario(forgetful, atTheMail);
  const own = report.violations.find(({ invariant }) => invariant === 'own:one-notice');
  expect(own).toEqual({
    point: 'notifyCustomer#1:inside',
    invariant: 'own:one-notice',
    expected: 'at most 1 mail',
    found: '2 mails',
    message: 'cus_1 was told 2 times of one outage.',
    replay: `npx groundhog crash ${forgetful} --at 'notifyCustomer#1:inside' --backend pglite`,
  });
  expect(report.violations.map(({ invariant }) => invariant)).toContain('I1');
  expect(reportCrash(report)).toContain(
    '::error::own:one-notice notifyCustomer#1:inside cus_1 was told 2 times of one outage.',
  );
});

test('the suite passes its baseline, with a judge of its own', async () => {
  const result = await runSuite(suite, { model: 'recorded', config: {} });
  expect(reportSuite(result)).toBe('::notice::outages: pass');
  expect(result.metrics['brevity']).toMatchObject({ value: 1, verdict: 'same' });
});

test.each([
  ['null', 'brevity', 'there is no mail'],
  ['saboteur', 'finalState', 'one-notice: cus_1 was told 2 times of one outage.'],
] as const)('who plays %s fails it, and %s says why', async (playbook, scorer, words) => {
  const result = await runSuite(suite, { model: 'scripted', playbook, config: {} });
  expect(result.gate).toBe('fail');
  expect(result.scores[0]?.scores[scorer]).toMatchObject({
    value: 0,
    reason: expect.stringContaining(words),
  });
});

test('a reporter’s text is what the command prints', { timeout }, async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    'scripts/groundhog.js',
    'eval',
    suite,
    '--reporter',
    'docs/examples/reporter.ts',
  ]);
  expect(stdout).toBe('::notice::outages: pass\n');
});

test('a file that is not there, or exports something else, is refused with what to write', async () => {
  const options = { model: 'scripted', config: {} } as const;
  await expect(runSuite(card, options)).rejects.toThrow('exports no `suite` that can be used');
  await expect(replayRecording(suite)).rejects.toThrow('export const scenario = defineScenario(');
  await expect(replayRecording('./nothing.ts')).rejects.toThrow(ModuleUnusableError);
  expect(() => defineSuite({ name: 'a/b', scenarios: [] })).toThrow(SuiteInvalidError);
});
