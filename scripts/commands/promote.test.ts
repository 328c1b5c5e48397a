import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { type Database, durableBacking, sessionArchive } from '#harness';
import { scriptedModel, testDatabases } from '#harness/testing';
import { serializeRecording, writeRecording } from '#recordings';
import { captureFrom, locateScenario, playScenario, startWorldServer } from '#scenarios';
import { quietIo } from '../cli/quiet-io.ts';
import { evaluate } from './eval.ts';
import { promote } from './promote.ts';

// From a session that went wrong to a gate that holds: captured, promoted, failing for as long as the defect is there.

// Inside the checkout: what is brought enters by the doors of its package.json.
mkdirSync('.groundhog', { recursive: true });
const directory = mkdtempSync(join('.groundhog', 'promote-'));
/** The shop’s code as it was, and as it is when somebody has mended it. */
const [broken, mended] = [join(directory, 'broken'), join(directory, 'mended')];
mkdirSync(broken);
let database: Database;
beforeAll(async () => {
  database = await testDatabases.PGlite();
}, 120_000);
afterAll(async () => {
  await database.close();
  rmSync(directory, { recursive: true });
});

const file = (name: string): string => join(broken, name);
const example = (name: string): string => resolve('docs', 'examples', name);

/** The shop’s agent, whose tool mails to whoever `recipient` says. */
function writeSubject(shop: string, recipient: string): void {
  writeFileSync(
    join(shop, 'subject.ts'),
    `import { z } from 'zod';
import { defineAgent, definePrompt, defineTool } from '#harness';
import { noticeSchema, sendNotice } from '${example('outage-service.ts')}';

export const subject = {
  name: 'notices',
  assemble: ({ worldUrl }: { readonly worldUrl: string }) => ({
    entry: 'notices',
    agents: [
      defineAgent({
        name: 'notices',
        prompt: definePrompt('notices', 'You mail customers what they ask for.'),
        handoffs: [],
        turnLimit: 4,
        tools: [
          defineTool({
            name: 'notifyCustomer',
            version: '1',
            owner: 'notices',
            description: 'Mail a customer.',
            input: noticeSchema,
            output: z.object({ mailId: z.string() }),
            effect: 'keyed',
            agents: ['notices'],
            execute: (notice, { idempotencyKey }) =>
              sendNotice(worldUrl, { ...notice, customerId: ${recipient} }, idempotencyKey),
          }),
        ],
      }),
    ],
  }),
};
`,
  );
}

/** What the shop had before: a card on which nobody has yet looked at who is mailed. */
function writeCard(): void {
  writeFileSync(
    file('card.ts'),
    `import { defineScenario } from '#scenarios';
import { lastToolResult, type Playbook } from '#harness/testing';
import { scenario as outage } from '${example('outage-card.ts')}';
import { subject } from './subject.ts';

const gold: Playbook = {
  name: 'notices',
  plays: [
    {
      name: 'mail',
      when: (talk) => lastToolResult(talk, 'notifyCustomer') === undefined,
      answer: () => ({
        calls: [
          {
            tool: 'notifyCustomer',
            input: { customerId: 'cus_1', subject: 'INC-7', body: 'INC-7 is open.' },
          },
        ],
      }),
    },
    { name: 'close', when: () => true, answer: () => ({ text: 'You have mail.' }) },
  ],
};

export const scenario = defineScenario({
  ...outage,
  id: 'X-03',
  subject,
  world: {
    ...outage.world,
    customers: [
      ...outage.world.customers,
      { id: 'cus_2', name: 'Bob', email: 'bob@example.com' },
    ],
  },
  route: ['notices'],
  calls: { required: [], ordered: [{ tool: 'notifyCustomer' }], forbidden: [] },
  playbooks: { ...outage.playbooks, gold },
});
`,
  );
}

const resultSchema = z.object({ gate: z.string(), reasons: z.array(z.string()) });

/** The gate over the shop's code, held against the figures that were taken where it is mended. */
async function runGate(
  shop: string,
  options: Readonly<Record<string, unknown>> = {},
): Promise<z.infer<typeof resultSchema> & { readonly exitCode: number }> {
  const order = { name: join(shop, 'suite.ts'), baseline: join(directory, 'baseline.json') };
  const { exitCode, json } = await evaluate.start({ ...order, ...options }, quietIo);
  return { ...resultSchema.parse(json), exitCode };
}

test('a session that went wrong is captured and promoted; the gate fails until the tool is mended, and holds then', {
  timeout: 120_000,
}, async () => {
  // The defect: whoever asks, the second customer is mailed.
  writeSubject(broken, "'cus_2'");
  writeCard();
  await using worldServer = await startWorldServer();
  const { scenario } = await locateScenario(file('card.ts'));
  const { world } = await playScenario(
    { ...scenario, messages: [{ text: 'What is it with INC-7? ada@example.com' }] },
    {
      worldServer,
      sessionId: 'in-production',
      model: scriptedModel(scenario.playbooks.gold),
      backing: await durableBacking({
        database,
        identity: { application: 'shop', version: 'shop', executorId: 'shop' },
      }),
    },
  );
  expect(world.mails.map(({ customerId }) => customerId)).toEqual(['cus_2']);

  const { recording } = await captureFrom(sessionArchive(database), 'in-production', { scenario });
  await writeRecording(file('bad.jsonl'), recording);
  const order = {
    recording: file('bad.jsonl'),
    like: file('card.ts'),
    as: 'X-04',
    out: file('x-04.ts'),
  };
  expect(await promote.start(order, quietIo)).toEqual({
    exitCode: 0,
    text: `X-04: a card with a message\n${file('x-04.ts')}\n${file('X-04.jsonl')}`,
    json: {
      scenario: 'X-04',
      card: file('x-04.ts'),
      recording: file('X-04.jsonl'),
      messages: 1,
    },
  });
  expect(readFileSync(file('X-04.jsonl'), 'utf8')).toBe(
    serializeRecording({ ...recording, header: { ...recording.header, name: 'X-04' } }),
  );
  const card = readFileSync(file('x-04.ts'), 'utf8');
  expect(card).toContain('"text": "What is it with INC-7? [e-mail 1]"');
  // Somebody has written in it.
  await expect(promote.start(order, quietIo)).rejects.toMatchObject({ code: 'CARD_TAKEN' });

  // What a person writes into the card: whose mail it has to be.
  const [head = '', tail = ''] = card.split("  tags: ['captured'],\n");
  const checker = `  tags: ['captured'],
  checkers: [
    {
      name: 'own-mail',
      check: ({ world }) =>
        world.mails
          .filter(({ customerId }) => customerId !== 'cus_1')
          .map(({ customerId }) => ({
            expected: 'cus_1',
            found: customerId,
            message: 'Somebody else was mailed.',
          })),
    },
  ],
`;
  writeFileSync(file('x-04.ts'), `${head}${checker}${tail}`);
  writeFileSync(
    file('suite.ts'),
    `import { defineSuite } from '#evals';
import { scenario } from './x-04.ts';

export const suite = defineSuite({ name: 'captured', scenarios: [scenario] });
`,
  );

  // Nobody has said yet what is good; until it is mended there is nothing to say.
  expect(await runGate(broken)).toMatchObject({ gate: 'invalid', exitCode: 2 });
  cpSync(broken, mended, { recursive: true });
  writeSubject(mended, 'notice.customerId');
  expect(await runGate(mended, { updateBaseline: true })).toMatchObject({ gate: 'pass' });
  const failed = await runGate(broken);
  expect(failed).toMatchObject({ gate: 'fail', exitCode: 1 });
  expect(failed.reasons.join()).toContain('success');
  expect(await runGate(mended)).toEqual({ gate: 'pass', reasons: [], exitCode: 0 });
});

test.each([
  [{ recording: 'R-01.jsonl' }, '--like is missing'],
  [{ recording: 'R-01.jsonl', like: 'R-01' }, '--as is missing'],
  [{ recording: 'R-01.jsonl', like: 'R-01', as: 'X-05' }, '--out is missing'],
])('%j is wrong usage', async (raw, words) => {
  await expect(promote.start(raw, quietIo)).rejects.toThrow(words);
});
