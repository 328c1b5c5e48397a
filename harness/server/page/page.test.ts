import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  type Browser,
  type BrowserContext,
  chromium,
  type Page,
  type Route,
} from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { chromiumOptions } from '../../testing/chromium-options.ts';

// The page in a real browser, against a server in a process of its own, on a database on disk.

/** Where pictures of the page go, for people to look at; none are taken without it. */
const pictures = process.env['GROUNDHOG_PICTURES'];

const answerText =
  'Thank you for waiting. I found both charges on your invoice: 49.00 USD on the 1st, and 49.00 USD again 22 seconds ' +
  'later. The second one is a duplicate, so I will ask a colleague to approve that it goes back to your card.';
const lastText = 'The refund is on its way.';

const moduleAt = (path: string): string =>
  JSON.stringify(new URL(`../../${path}`, import.meta.url).href);

/** What serves: it says its address and keys on one line, and lives until it is killed. */
const serving = `
  import { z } from ${JSON.stringify(import.meta.resolve('zod'))};
  import { createHarness, defineAgent, definePrompt, defineTool, durableBacking, openHarnessDatabase, systemHost }
    from ${moduleAt('index.ts')};
  import { hasTool, lastToolResult, scriptedModel } from ${moduleAt('testing/index.ts')};
  import { issueApiKey } from ${moduleAt('server/api-key.ts')};
  import { startServer } from ${moduleAt('server/start-server.ts')};
  import { sqlKeyStore } from ${moduleAt('storage/sql-key-store.ts')};
  const { dataDir, port, paceMs, answerText, lastText, entry } = JSON.parse(process.argv[1]);
  const refund = defineTool({
    name: 'issueRefund', version: '1', owner: 'tests', description: 'Refunds.', effect: 'keyed', agents: ['billing'],
    input: z.object({ chargeId: z.string(), amountMinor: z.int() }),
    output: z.object({ refunded: z.boolean() }),
    approval: async () => ({ roles: ['supervisor'], reason: 'More than 40.00 USD goes back.', stateVersion: '1' }),
    execute: async () => ({ refunded: true }),
  });
  const call = { tool: 'issueRefund', input: { chargeId: 'ch_A2', amountMinor: 4900 } };
  const says = (word) => ({ system }) => system.includes(word);
  const json = (value) => () => ({ text: JSON.stringify(value) });
  const scripted = scriptedModel({ name: 'page', plays: [
    { name: 'plan', when: says('Write the plan'),
      answer: json({ objectives: [{ agent: 'ledger', objective: 'Look at both charges.' }] }) },
    { name: 'sum up', when: says('Put the findings together'),
      answer: json({ summary: lastText, cites: ['s1/m1~1#1'], setsAside: [] }) },
    { name: 'report', when: says('You keep the ledger'),
      answer: json({ summary: 'Two.', claims: [{ about: 'charges', says: 'two', evidence: [] }] }) },
    { name: 'ask', when: (said) => lastToolResult(said, 'issueRefund') === undefined,
      answer: () => ({ text: answerText, calls: [call] }) },
    { name: 'close', when: () => true, answer: () => ({ text: lastText }) },
  ] });
  const model = { ...scripted, doStream: async (options) => {
    const { stream, ...rest } = await scripted.doStream(options);
    return { ...rest, stream: stream.pipeThrough(new TransformStream({
      transform: async (part, out) => {
        if (part.type === 'text-delta') await new Promise((resolve) => setTimeout(resolve, paceMs));
        out.enqueue(part);
      } })) };
  } };
  const database = await openHarnessDatabase({ kind: 'pglite', dataDir });
  const identity = { application: 'page', version: '1', executorId: 'page' };
  const harness = await createHarness({
    agents: [
      defineAgent({ name: 'billing', prompt: definePrompt('billing', 'You bill.'), tools: [refund], handoffs: [], turnLimit: 4 }),
      defineAgent({ name: 'ledger', prompt: definePrompt('ledger', 'You keep the ledger.'), tools: [], handoffs: [], turnLimit: 2 }),
      defineAgent({ name: 'supervisor', prompt: definePrompt('supervisor', 'You supervise.'), tools: [], handoffs: [], turnLimit: 2,
        supervises: { investigators: ['ledger'], objectiveLimit: 2, concurrency: 1, fallback: 'billing' } }),
    ],
    entry, model, backing: await durableBacking({ database, identity }),
  });
  const keys = sqlKeyStore(database.pool);
  const key = async (id, role) =>
    (await issueApiKey(keys, { id, role, tenant: 'larkspur' }, systemHost().random)).key;
  const issued = { customer: await key('cus_1001', 'customer'), supervisor: await key('emp_7', 'supervisor') };
  const server = await startServer({ harness, port, access: { kind: 'keys', keys } });
  console.log(JSON.stringify({ url: server.url, keys: issued }));
`;

interface Life {
  readonly url: string;
  readonly keys: { readonly customer: string; readonly supervisor: string };
  /** SIGKILL: nothing in the process gets to say goodbye. */
  readonly kill: () => Promise<void>;
}

let directory: string;
let browser: Browser;
let context: BrowserContext;
/** The one server that lives. A database and a server are slow to start, so tests share them, each in sessions of its own. */
let running:
  | { readonly entry: string; readonly child: ChildProcess; readonly life: Life }
  | undefined;

/** A server of this entry: the one that lives, or a new one on the same database. */
async function live(entry = 'billing'): Promise<Life> {
  if (running?.entry === entry && isAlive(running.child)) return running.life;
  await running?.life.kill();
  return start(entry);
}

async function start(entry: string, port = 0): Promise<Life> {
  const dataDir = join(directory, 'data');
  const order = { dataDir, port, paceMs: 60, answerText, lastText, entry };
  const child = spawn(
    process.execPath,
    ['--input-type=module', '-e', serving, JSON.stringify(order)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const kill = async (): Promise<void> => {
    if (!isAlive(child)) return;
    const gone = once(child, 'close');
    child.kill('SIGKILL');
    await gone;
  };
  for await (const line of createInterface(child.stdout)) {
    const life: Life = { ...JSON.parse(line), kill };
    running = { entry, child, life };
    return life;
  }
  throw new Error('The server ended before it said where it is.');
}

const isAlive = ({ exitCode, signalCode }: ChildProcess): boolean =>
  exitCode === null && signalCode === null;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'groundhog-page-'));
  browser = await chromium.launch(chromiumOptions());
  context = await browser.newContext();
});
afterAll(async () => {
  await browser?.close();
  await running?.life.kill();
  rmSync(directory, { recursive: true, force: true });
});
// A page keeps its key to itself, so tests share what is around it.
beforeEach(() => async () => {
  for (const page of context.pages()) await page.close();
});

interface Shown {
  readonly page: Page;
  /** What the page complained of. */
  readonly complaints: string[];
}

async function open(address: string, key: string): Promise<Shown> {
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(address);
  await page.getByLabel('API key').fill(key);
  await page.getByRole('button', { name: 'Open' }).click();
  await page.locator('#key-form').waitFor({ state: 'hidden' });
  return { page, complaints };
}

async function picture(page: Page, name: string): Promise<void> {
  if (pictures === undefined) return;
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name}.png`) });
}

const answers = (page: Page): Promise<readonly string[]> =>
  page.locator('.answered').allTextContents();
const eventKeys = (page: Page): Promise<readonly string[]> =>
  page
    .locator('#timeline li')
    .evaluateAll((items) => items.map((item) => item.getAttribute('data-key') ?? ''));

const logSchema = z.object({
  events: z.array(
    z.object({
      runId: z.string(),
      step: z.string(),
      ordinal: z.number(),
      fact: z.object({ type: z.string() }),
    }),
  ),
});

async function loggedKeys(life: Life, sessionId: string): Promise<readonly string[]> {
  const response = await fetch(`${life.url}/v1/sessions/${sessionId}/events`, {
    headers: { authorization: `Bearer ${life.keys.customer}` },
  });
  const { events } = logSchema.parse(await response.json());
  return events.map(({ runId, step, ordinal }) => `${runId} ${step} ${ordinal}`);
}

async function factTypes(life: Life, sessionId: string): Promise<readonly string[]> {
  const response = await fetch(`${life.url}/v1/sessions/${sessionId}/events`, {
    headers: { authorization: `Bearer ${life.keys.customer}` },
  });
  const { events } = logSchema.parse(await response.json());
  return events.map(({ fact }) => fact.type);
}

async function endings(life: Life, sessionId: string): Promise<readonly string[]> {
  const types = await factTypes(life, sessionId);
  return types.filter((type) => /^run-(completed|cancelled|steered|failed)$/.test(type));
}

async function say(page: Page, text: string): Promise<void> {
  await page.getByLabel('Your message').fill(text);
  await page.getByRole('button', { name: 'Send' }).click();
}

const answerNone = (route: Route): Promise<void> => route.fulfill({ json: { approvals: [] } });

const sessionOf = (page: Page): string => new URL(page.url()).hash.slice(1);

// A process with a database on disk: slow to start on a busy machine.
describe('the page', { timeout: 120_000 }, () => {
  test('heals when the server is killed in the middle of an answer: no text and no event twice, none missing', async () => {
    const first = await live();
    const { page, complaints } = await open(first.url, first.keys.customer);
    await page
      .getByLabel('Your message')
      .fill('I was charged twice. Can I have one of the two back?');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.locator('.answered[data-streaming]').getByText('both charges').waitFor();
    await picture(page, 'wide-light-streaming');
    const seenBefore = (await answers(page))[0] ?? '';
    expect(seenBefore).not.toBe(answerText);
    await first.kill();
    await page.getByText('connection lost, reconnecting').waitFor();
    await picture(page, 'wide-light-reconnecting');
    const texts: string[] = [];
    await page.exposeFunction('tell', (text: string) => texts.push(text));
    await page.evaluate(`new MutationObserver(() => tell(document.querySelector('.answered')?.textContent ?? ''))
      .observe(document.getElementById('conversation'), { childList: true, subtree: true, characterData: true })`);
    const second = await start('billing', Number(new URL(first.url).port));
    const asked = page.getByRole('group', { name: 'issueRefund asks for approval' });
    await asked.waitFor();
    expect(await answers(page)).toEqual([answerText]);
    // Whatever it showed on the way was the beginning of the one answer.
    for (const text of texts) expect(answerText.startsWith(text)).toBe(true);
    expect(texts.length).toBeGreaterThan(0);
    expect(await asked.getByRole('button', { name: 'Approve' }).isVisible()).toBe(false);
    await picture(page, 'wide-light-approval');

    const supervisor = await browser.newContext({ colorScheme: 'dark' });
    try {
      const other = await supervisor.newPage();
      await other.goto(page.url());
      await other.getByLabel('API key').fill(second.keys.supervisor);
      await other.getByRole('button', { name: 'Open' }).click();
      await other.getByRole('button', { name: 'Approve' }).waitFor();
      await picture(other, 'wide-dark-approval');
      await other.setViewportSize({ width: 390, height: 800 });
      await picture(other, 'narrow-dark-approval');
      await other.getByRole('button', { name: 'Approve' }).click();
      await other.getByText(lastText).waitFor();
      await expect.poll(() => answers(other)).toEqual([answerText, lastText]);
      await picture(other, 'narrow-dark-done');
    } finally {
      await supervisor.close();
    }
    await expect.poll(() => answers(page)).toEqual([answerText, lastText]);
    const logged = await loggedKeys(second, sessionOf(page));
    expect(logged.length).toBeGreaterThan(6);
    await expect.poll(() => eventKeys(page)).toEqual(logged);
    await page.setViewportSize({ width: 390, height: 800 });
    await picture(page, 'narrow-light-done');
    // A page that comes late is shown the same.
    await page.reload();
    await expect.poll(() => eventKeys(page)).toEqual(logged);
    expect(await answers(page)).toEqual([answerText, lastText]);
    expect(complaints).toEqual([]);
  });

  test('says when its key opens nothing, and takes another', async () => {
    const life = await live();
    const page = await context.newPage();
    await page.goto(life.url);
    await page.getByLabel('API key').fill('ghk_wrong');
    await page.getByRole('button', { name: 'Open' }).click();
    await page.getByText('The server does not know this key.').waitFor();
    await picture(page, 'wide-light-key');
    await page.getByLabel('API key').fill(life.keys.customer);
    await page.getByRole('button', { name: 'Open' }).click();
    await page.getByText('ready for the first message').waitFor();
    await picture(page, 'wide-light-empty');
    const before = sessionOf(page);
    await page.getByRole('button', { name: 'New session' }).click();
    await expect.poll(() => sessionOf(page)).not.toBe(before);
  });

  test('shows what people and models say as text, whatever it is', async () => {
    const life = await live();
    const { page, complaints } = await open(life.url, life.keys.customer);
    const said = '<img src=x onerror="document.title=`pwned`"><b>bold</b>';
    await page.getByLabel('Your message').fill(said);
    await page.getByLabel('Your message').press('Enter');
    await page.locator('.said').waitFor();
    expect(await page.locator('.said').textContent()).toBe(said);
    expect(await page.locator('.said *').count()).toBe(0);
    expect(await page.title()).toBe('Groundhog');
    expect(complaints).toEqual([]);
  });

  test('lets a message wait for the run or steer it, and ends a run that is cancelled', async () => {
    const life = await live();
    const { page, complaints } = await open(life.url, life.keys.customer);
    expect(await page.getByRole('button', { name: 'Cancel the run' }).isVisible()).toBe(false);
    expect(await page.getByLabel('Steer the run').isVisible()).toBe(false);
    const asked = page.getByRole('group', { name: 'issueRefund asks for approval' });
    await say(page, 'I was charged twice.');
    await asked.waitFor();
    await say(page, 'And a month early.');
    await page.getByText('Your message waits for the run.').waitFor();
    await picture(page, 'wide-light-waiting');
    expect(await page.locator('.said').allTextContents()).toEqual(['I was charged twice.']);
    await page.getByRole('button', { name: 'Cancel the run' }).click();
    await page.getByText('The run was cancelled').waitFor();
    await page.locator('.said').getByText('And a month early.').waitFor();
    await page.getByText('Your message waits for the run.').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Cancel the run' }).waitFor({ state: 'hidden' });
    expect(await endings(life, sessionOf(page))).toEqual(['run-cancelled', 'run-completed']);

    await page.getByRole('button', { name: 'New session' }).click();
    await page.getByText('Nothing has been said yet.').waitFor();
    await say(page, 'I was charged twice.');
    await asked.waitFor();
    await page.getByLabel('Steer the run').check();
    await say(page, 'Wait: keep the money.');
    await page.locator('#timeline').getByText('run-steered').waitFor();
    const said = ['I was charged twice.', 'Wait: keep the money.'];
    await expect.poll(() => page.locator('.said').allTextContents()).toEqual(said);
    await page.getByText(lastText).waitFor();
    await picture(page, 'wide-light-steered');
    expect(await endings(life, sessionOf(page))).toEqual(['run-completed', 'run-steered']);
    expect(complaints).toEqual([]);
  });

  test('clears only when told twice, and says what that ends', async () => {
    const life = await live();
    const { page, complaints } = await open(life.url, life.keys.customer);
    await say(page, 'I was charged twice.');
    await page.getByRole('group', { name: 'issueRefund asks for approval' }).waitFor();
    await page.getByRole('button', { name: 'Clear…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('An approval waits: it is cancelled').waitFor();
    await picture(page, 'wide-light-clear');
    await dialog.getByRole('button', { name: 'Keep it' }).click();
    expect(await factTypes(life, sessionOf(page))).toContain('approval-requested');
    await page.getByRole('button', { name: 'Clear…' }).click();
    await dialog.getByRole('button', { name: 'Cancel it and clear' }).click();
    await page.getByText('The conversation was cleared').waitFor();
    expect(await dialog.isVisible()).toBe(false);
    await expect.poll(() => page.locator('#timeline li').count()).toBe(1);
    expect(await factTypes(life, sessionOf(page))).toEqual(['session-cleared']);
    expect(await page.getByRole('group').count()).toBe(0);
    await say(page, 'Once more.');
    await page.getByRole('group', { name: 'issueRefund asks for approval' }).waitFor();
    expect(await page.locator('.said').allTextContents()).toEqual(['Once more.']);
    expect(complaints).toEqual([]);
  });

  test('takes a decision with its reason and other arguments, from who may decide alone', async () => {
    const life = await live();
    const { page, complaints } = await open(life.url, life.keys.customer);
    await say(page, 'I was charged twice.');
    const asked = page.getByRole('group', { name: 'issueRefund asks for approval' });
    await asked.waitFor();
    // The buttons are there and shown to nobody who may not press them.
    expect(await asked.locator('button').count()).toBe(2);
    expect(await asked.getByRole('button').count()).toBe(0);
    const elsewhere = await browser.newContext({ colorScheme: 'dark' });
    try {
      const other = await elsewhere.newPage();
      // What is asked is told before it is entered: the page may ask too early who decides, and asks again.
      await other.route('**/v1/approvals?*', answerNone, { times: 2 });
      await other.goto(page.url());
      await other.getByLabel('API key').fill(life.keys.supervisor);
      await other.getByRole('button', { name: 'Open' }).click();
      await other.getByRole('button', { name: 'Reject' }).click();
      await other.getByText('Say why it is rejected.').waitFor();
      expect(await other.getByLabel('Your message').isVisible()).toBe(false);
      await other.getByText('This is cus_1001’s conversation').waitFor();
      await other.getByText('Approve other arguments').click();
      await other.getByLabel('Arguments').fill('{');
      await other.getByRole('button', { name: 'Approve', exact: true }).click();
      await other.getByText('The arguments are not JSON.').waitFor();
      await other.getByLabel('Arguments').fill('{ "chargeId": "ch_A2", "amountMinor": 2500 }');
      await other.getByLabel('Reason').fill('Half of it.');
      await picture(other, 'wide-dark-editing');
      await other.setViewportSize({ width: 390, height: 800 });
      await picture(other, 'narrow-dark-editing');
      await other.getByRole('button', { name: 'Approve', exact: true }).click();
      await other.getByText('approved by emp_7: Half of it.').waitFor();
      await picture(other, 'narrow-dark-decided');
    } finally {
      await elsewhere.close();
    }
    await page.getByText('approved by emp_7: Half of it.').waitFor();
    expect(await asked.locator('.edited').textContent()).toContain('"amountMinor": 2500');
    await page.getByText(lastText).waitFor();
    await picture(page, 'wide-light-decided');
    expect(complaints).toEqual([]);
  });

  test('marks what sub-agents did', async () => {
    const life = await live('supervisor');
    const { page, complaints } = await open(`${life.url}/#s1`, life.keys.customer);
    await say(page, 'I was charged twice.');
    await page.locator('#timeline li:not([data-sub])').getByText('run-completed').waitFor();
    await page.setViewportSize({ width: 1280, height: 900 });
    await picture(page, 'wide-light-sub-agents');
    const marked = await page.locator('#timeline li[data-sub="1"] strong').allTextContents();
    expect(marked[0]).toBe('sub-agent-started');
    expect(marked.at(-1)).toBe('sub-agent-completed');
    expect(await page.locator('#timeline li:not([data-sub])').count()).toBeGreaterThan(3);
    expect(complaints).toEqual([]);
  });
});
