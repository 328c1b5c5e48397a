import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';

// The page in a real browser, against a server in a process of its own, on a database on disk.

const candidates = [
  process.env['CHROMIUM'] ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];
/** Where pictures of the page go, for people to look at; none are taken without it. */
const pictures = process.env['GROUNDHOG_PICTURES'];

const answerText =
  'Thank you for waiting. I found both charges on your invoice: 49.00 USD on the 1st, and 49.00 USD again 22 seconds ' +
  'later. The second one is a duplicate, so I will ask a colleague to approve that it goes back to your card.';
const lastText = 'The refund is on its way.';

function findChromium(): string {
  const found = candidates.find((candidate) => candidate !== '' && existsSync(candidate));
  if (found !== undefined) return found;
  throw new Error(
    `No Chromium at ${candidates.filter(Boolean).join(', ')}. Install the package "chromium", or set CHROMIUM to a browser's path.`,
  );
}

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
  const { dataDir, port, paceMs, answerText, lastText } = JSON.parse(process.argv[1]);
  const refund = defineTool({
    name: 'issueRefund', version: '1', owner: 'tests', description: 'Refunds.', effect: 'keyed', agents: ['billing'],
    input: z.object({ chargeId: z.string(), amountMinor: z.int() }),
    output: z.object({ refunded: z.boolean() }),
    approval: async () => ({ roles: ['supervisor'], reason: 'More than 40.00 USD goes back.', stateVersion: '1' }),
    execute: async () => ({ refunded: true }),
  });
  const call = { tool: 'issueRefund', input: { chargeId: 'ch_A2', amountMinor: 4900 } };
  const scripted = scriptedModel({ name: 'page', plays: [
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
    agents: [defineAgent({ name: 'billing', prompt: definePrompt('billing', 'You bill.'), tools: [refund], handoffs: [], turnLimit: 4 })],
    entry: 'billing', model, backing: await durableBacking({ database, identity }),
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
let running: ChildProcess | undefined;

async function live(port = 0): Promise<Life> {
  const order = { dataDir: join(directory, 'data'), port, paceMs: 60, answerText, lastText };
  const child = spawn(
    process.execPath,
    ['--input-type=module', '-e', serving, JSON.stringify(order)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  running = child;
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'close');
    child.kill('SIGKILL');
    await gone;
  };
  for await (const line of createInterface(child.stdout)) return { ...JSON.parse(line), kill };
  throw new Error('The server ended before it said where it is.');
}

async function killRunning(): Promise<void> {
  const child = running;
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'close');
  child.kill('SIGKILL');
  await gone;
}

beforeAll(async () => {
  browser = await chromium.launch({
    executablePath: findChromium(),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
});
afterAll(() => browser?.close());
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'groundhog-page-'));
  context = await browser.newContext();
  return async () => {
    await context.close();
    await killRunning();
    rmSync(directory, { recursive: true, force: true });
  };
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
  events: z.array(z.object({ runId: z.string(), step: z.string(), ordinal: z.number() })),
});

async function loggedKeys(life: Life, sessionId: string): Promise<readonly string[]> {
  const response = await fetch(`${life.url}/v1/sessions/${sessionId}/events`, {
    headers: { authorization: `Bearer ${life.keys.customer}` },
  });
  const { events } = logSchema.parse(await response.json());
  return events.map(({ runId, step, ordinal }) => `${runId} ${step} ${ordinal}`);
}

const sessionOf = (page: Page): string => new URL(page.url()).hash.slice(1);

describe('the page', () => {
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
    const second = await live(Number(new URL(first.url).port));
    const asked = page.getByRole('group', { name: 'issueRefund asks for approval' });
    await asked.waitFor();
    expect(await answers(page)).toEqual([answerText]);
    // Whatever it showed on the way was the beginning of the one answer.
    for (const text of texts) expect(answerText.startsWith(text)).toBe(true);
    expect(texts.length).toBeGreaterThan(3);
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
});
