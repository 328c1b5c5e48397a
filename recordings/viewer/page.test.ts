import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Fact } from '#harness';
import { chromiumOptions } from '#harness/testing';
import { type Exchange, placeName, placeOf, type Recording } from '../format/recording.ts';
import { readRecording } from '../format/recording-file.ts';
import { contextOf } from '../story/context-of.ts';
import type { Story, StoryStep } from '../story/story.ts';
import { tellStory } from '../story/tell-story.ts';
import type { StoryTiming } from '../timing/read-timed-story.ts';
import type { TimedPlace } from '../timing/timed-places.ts';
import { renderPage } from './render-page.ts';
import { type SessionLogData, viewRun } from './run/view-run.ts';
import type { DatabaseChanges } from './told/database-changes.ts';
import type { ViewedStory } from './told/viewed-story.ts';
import type { View } from './view.ts';
import { viewStories } from './view-stories.ts';

// The page in a real browser, from a disk, without a network.

// One page for all tests, on another file each time: a browser is quick, and what it starts for each page is not.

let directory: string;
let browser: Browser;
let page: Page;
let refund: Recording;
/** What the page complained of since it was opened, and what it asked a network for. */
let complaints: string[] = [];

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'groundhog-view-'));
  browser = await chromium.launch(chromiumOptions());
  refund = await library('R-01');
  const permissions = ['clipboard-read', 'clipboard-write'];
  page = await (await browser.newContext({ offline: true, permissions })).newPage();
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => complaints.push(message.text()));
  page.on('request', (request) => {
    if (!request.url().startsWith('file:') && !request.url().startsWith('data:,'))
      complaints.push(request.url());
  });
});
afterAll(async () => {
  await browser?.close();
  rmSync(directory, { recursive: true, force: true });
});
beforeEach(async () => {
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.emulateMedia({ colorScheme: null, media: null });
});

const library = (name: string): Promise<Recording> =>
  readRecording(new URL(`../library/${name}.jsonl`, import.meta.url).pathname);

interface Opening {
  /** Shown beside the first. */
  readonly other?: Recording;
  readonly hash?: string;
  /** What else is known of the first. */
  readonly known?: Omit<ViewedStory, 'story'>;
}

let opened = 0;

/** Opens the page of a recording; says its address. */
async function open(
  recording: Recording,
  { other, hash = '', known = {} }: Opening = {},
): Promise<string> {
  const view = viewStories(
    { story: tellStory(recording), ...known },
    other === undefined ? {} : { other: { story: tellStory(other) } },
  );
  return openView(view, hash);
}

async function openView(view: View, hash = ''): Promise<string> {
  const file = join(directory, `view-${(opened += 1)}.html`);
  writeFileSync(file, renderPage(view));
  complaints = [];
  const url = pathToFileURL(file).href;
  await page.goto(url + hash);
  // Of a page that has not come about nothing else needs to be waited for.
  expect(complaints).toEqual([]);
  return url;
}

const changed = (
  recording: Recording,
  change: (exchange: Exchange, index: number) => readonly Exchange[],
): Recording => ({ ...recording, exchanges: recording.exchanges.flatMap(change) });

/** The recording with another output of a tool. */
const answering = (tool: string, output: string): Recording =>
  changed(refund, (exchange) =>
    exchange.t === 'tool' && exchange.tool === tool
      ? [{ ...exchange, outcome: { kind: 'completed', output } }]
      : [exchange],
  );

/** What elements say, without having the browser lay out what it will not show to anybody. */
const textsOf = (selector: string): Promise<readonly string[]> =>
  page.locator(selector).evaluateAll((all) => all.map((each) => each.textContent ?? ''));
const textOf = async (selector: string): Promise<string> => (await textsOf(selector))[0] ?? '';

const title = (): Promise<string> => textOf('.head h2 > span');
const place = (): Promise<string> => textOf('.head code');
const tab = (): Promise<string> => textOf('[role=tab][aria-selected=true]');
const titles = (): Promise<readonly string[]> => textsOf('#list .row .cell:first-child .title');

test('a page from a disk shows every step of a recording, says that it was scripted and what was redacted, and asks for nothing', async () => {
  await open(refund);
  expect(await titles()).toEqual([
    'cus_1001 writes',
    'clock',
    'dice',
    'model calls classifyItem, handoff',
    'classifyItem',
    'handoff',
    'model calls runCode',
    'runCode',
    'model calls issueRefund',
    'issueRefund',
    'model calls draftReply, sendReply',
    'draftReply',
    'sendReply',
    'model answers',
  ]);
  expect(await textsOf('.lane-label')).toEqual(['run 1', 'triage', 'billing']);
  expect(await textsOf('.made')).toEqual(['scripted']);
  expect(await textsOf('.notice')).toEqual([
    'Scripted: a playbook stood in for the model. No model said what is shown as its answers.',
    'Redacted: what a person could be known by was taken out when it was recorded, and [e-mail 1] stands for it.',
  ]);
  expect(complaints).toEqual([]);
});

test('the policy of the page stops a request, a script and markup that somebody brings in', async () => {
  await open(refund);
  const outcome = await page.evaluate(`(async () => {
    const script = document.createElement('script');
    const attempts = [
      () => { document.body.innerHTML = '<b>x</b>'; },
      () => { script.textContent = 'window.ran = true'; document.body.append(script); },
      () => fetch('http://127.0.0.1:9/'),
    ];
    const stopped = [];
    for (const attempt of attempts) {
      try { await attempt(); stopped.push(false); } catch { stopped.push(true); }
    }
    return { stopped, ran: window.ran === true };
  })()`);
  expect(outcome).toEqual({ stopped: [true, true, true], ran: false });
  expect(complaints.join('\n')).toContain('Content Security Policy');
});

test('the context holds all that the model read, message by message', async () => {
  const story = tellStory(refund);
  const step = story.steps.findLast(({ kind }) => kind === 'model');
  if (step?.kind !== 'model') throw new Error('The recording has no model turn.');
  const read = contextOf(story, step);
  await open(refund, { hash: '#1/billing%237&tab=context' });
  expect(await place()).toBe('1/billing#7');
  const items = page.locator('#panel .context > .item');
  expect(
    await items.evaluateAll((all) => all.map((each) => each.getAttribute('data-role'))),
  ).toEqual([
    'instructions',
    'definition',
    'settings',
    ...(read?.messages ?? []).map((message) => Object(message).role),
  ]);
  expect(await page.locator('#panel .item .item[data-role=definition]').count()).toBe(
    read?.tools.length,
  );
  const text = await page.locator('#panel').evaluate((panel) => panel.textContent);
  for (const { text: prompt } of read?.system ?? []) expect(text).toContain(prompt);
  expect(text).toContain('Can you refund one of the two?');
  expect(text).toContain('Charged twice on inv_A6; ch_A1 stays.');
  expect(text).toContain('refundId: re_1');
});

test('the context diff shows what was read now and not by the previous call of the lane', async () => {
  await open(refund, { hash: '#1/billing%234&tab=context-diff' });
  const panel = page.locator('#panel');
  expect(await panel.locator('.since').innerText()).toBe(
    'Compared with what was read at 1/billing#2.',
  );
  expect(
    await panel
      .locator('.context > *')
      .evaluateAll((all) =>
        all.map((each) => [
          each.className,
          each.getAttribute('data-mark'),
          each.getAttribute('data-role'),
        ]),
      ),
  ).toEqual([
    ['unchanged', null, null],
    ['item', 'added', 'assistant'],
    ['item', 'added', 'tool'],
  ]);
  await page.goto(page.url().replace('%234', '%230'));
  // Another agent's turn: other instructions, other tools.
  const marks = await panel
    .locator('.context > .item')
    .evaluateAll((all) =>
      all.map((each) => `${each.getAttribute('data-mark')} ${each.getAttribute('data-role')}`),
    );
  expect(marks).toContain('removed instructions');
  expect(marks).toContain('added instructions');
  expect(marks).toContain('changed definition');
});

test('keys step, change tabs, search and explain themselves', async () => {
  await open(refund);
  await page.keyboard.press('j');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('j');
  expect([await title(), await tab()]).toEqual(['model calls classifyItem, handoff', 'Answer']);
  expect(await page.evaluate('document.activeElement.id')).toBe('list');
  await page.keyboard.press('2');
  expect(await tab()).toBe('Context');
  await page.keyboard.press('j');
  expect([await title(), await tab()]).toEqual(['classifyItem', 'Tool']);
  // The tab that was chosen is open again where there is one.
  await page.keyboard.press('J');
  await page.keyboard.press('End');
  expect([await title(), await tab()]).toEqual(['model answers', 'Context']);
  await page.keyboard.press('K');
  expect(await title()).toBe('sendReply');
  await page.keyboard.press('Home');
  await page.keyboard.press('k');
  expect(await title()).toBe('cus_1001 writes');
  await page.keyboard.press('?');
  expect(await page.locator('#help-dialog kbd').first().isVisible()).toBe(true);
  await page.keyboard.press('Escape');
  // A browser closes it when it comes to it; until then the keys are its.
  await page.locator('#help-dialog').waitFor({ state: 'hidden' });
  await page.keyboard.press('t');
  expect(await page.evaluate('getComputedStyle(document.documentElement).colorScheme')).toBe(
    'dark',
  );
  await page.keyboard.press('t');
});

test('a search finds texts of answers, inputs, outputs and contexts, and leads from one to the next', async () => {
  await open(refund);
  await page.keyboard.press('/');
  await page.keyboard.type('nowspeaking');
  expect(await titles()).toEqual(['handoff', 'model calls runCode']);
  await page.keyboard.press('Enter');
  expect(await title()).toBe('handoff');
  expect(await page.locator('#search-count').innerText()).toBe('1 of 2');
  expect(await page.evaluate("[...CSS.highlights.get('found')].map(String)")).toEqual([
    'nowSpeaking',
  ]);
  // What was searched stands in what it read, and not in its answer, which was open.
  await page.keyboard.press('Enter');
  expect([await title(), await tab()]).toEqual(['model calls runCode', 'Context']);
  expect(await page.evaluate("[...CSS.highlights.get('found')].map(String)")).toEqual([
    'nowSpeaking',
  ]);
  await page.getByRole('button', { name: 'Step found before' }).click();
  expect(await title()).toBe('handoff');
  await page.locator('#list').focus();
  await page.keyboard.press('n');
  expect(await title()).toBe('model calls runCode');
  // It begins in a key and ends in what the key says.
  await page.locator('#search').fill('nowSpeaking: bil');
  expect(await page.evaluate("[...CSS.highlights.get('found')].map(String)")).toEqual([
    'nowSpeaking: bil',
  ]);
  await page.locator('#search').fill('not said by anybody');
  expect(await page.locator('#none').isVisible()).toBe(true);
  await page.keyboard.press('Escape');
  expect(await titles()).toHaveLength(refund.exchanges.length);
});

test('an address names a step and its tab, and the way back is kept', async () => {
  const url = await open(refund, { hash: '#1/billing#3' });
  expect([await place(), await title()]).toEqual(['1/billing#3', 'issueRefund']);
  await page.getByRole('button', { name: 'asked for by' }).click();
  expect(page.url()).toBe(`${url}#1/billing%232`);
  await page.getByRole('tab', { name: 'Context', exact: true }).click();
  await expect.poll(() => page.url()).toBe(`${url}#1/billing%232&tab=context`);
  await page.reload();
  expect([await place(), await tab()]).toEqual(['1/billing#2', 'Context']);
  await page.goBack();
  expect(await place()).toBe('1/billing#3');
  // What the list is narrowed to is part of the address, too.
  await page.locator('#search').fill('refund');
  await page.getByRole('button', { name: /^Model/ }).click();
  await page.locator('#list').focus();
  await page.keyboard.press('o');
  await expect
    .poll(() => page.url())
    .toBe(`${url}#1/billing%233&find=refund&lane=1/billing&without=model`);
  await page.reload();
  expect(await titles()).toEqual(['runCode', 'issueRefund', 'draftReply']);
  await page.goto(`${url}#9/nobody%230`);
  expect(await page.locator('#said').innerText()).toBe('There is no step 9/nobody#0.');
});

const differences = (): Promise<readonly (readonly (string | null)[])[]> =>
  page
    .locator('#list .row[data-difference]')
    .evaluateAll((rows) =>
      rows.map((row) => [
        row.getAttribute('data-difference'),
        row.querySelector('.title')?.textContent ?? null,
      ]),
    );

test('two recordings stand side by side: the changed result is the first difference, what follows from it is told apart', async () => {
  const other = answering('getIncident', 'never called');
  await open(refund, { other });
  expect(await differences()).toEqual([]);
  expect(await page.locator('#notices').innerText()).toContain('No differences.');

  await open(refund, {
    other: changed(answering('issueRefund', 'refused'), (exchange) =>
      exchange.t === 'tool' && exchange.tool === 'classifyItem' ? [] : [exchange],
    ),
  });
  expect(await differences()).toEqual([
    ['one-sided', 'classifyItem'],
    ['result', 'issueRefund'],
  ]);
  await page.getByRole('button', { name: 'First difference' }).click();
  expect(await title()).toBe('classifyItem');
  await page.keyboard.press('d');
  expect([await title(), await tab()]).toEqual(['issueRefund', 'Difference']);
  expect(await page.locator('#panel ins').allInnerTexts()).toEqual(['+\nrefused']);
  expect(complaints).toEqual([]);

  await open(refund, { other: await library('R-01b') });
  expect(await differences()).toEqual([
    ['result', 'cus_1001 writes'],
    ['host', 'dice'],
    ['context', 'model calls classifyItem, handoff'],
    ['context', 'model calls runCode'],
    ['context', 'model calls issueRefund'],
    ['result', 'model calls draftReply, sendReply'],
    ['result', 'draftReply'],
    ['context', 'model answers'],
  ]);
  await page.keyboard.press('d');
  await expectContrast();
});

test('what failed is told in words and found by a key, and a list is left with failures alone', async () => {
  const error = { code: 'CHARGE_LOCKED', message: 'Somebody else refunds it.' };
  const failing = changed(refund, (exchange) =>
    exchange.t === 'tool' && exchange.tool === 'issueRefund'
      ? [{ ...exchange, outcome: { kind: 'failed', error } }]
      : [exchange],
  );
  await open(failing);
  await page.keyboard.press('e');
  expect([await title(), await textsOf('#list .failed')]).toEqual(['issueRefund', ['failed']]);
  await page.getByRole('button', { name: 'Only failures' }).click();
  expect(await titles()).toEqual(['issueRefund']);
  expect(await page.locator('.block[data-left-out]').count()).toBe(13);
  await page.getByRole('button', { name: 'Only failures' }).click();
  expect(await titles()).toHaveLength(14);
});

test('a button copies what a tool said as JSON, and another a link to the step', async () => {
  const output = { text: 'a "b"\n', list: [1, '1', null] };
  const url = await open(
    changed(refund, (exchange) =>
      exchange.t === 'tool' && exchange.tool === 'issueRefund'
        ? [{ ...exchange, outcome: { kind: 'completed', output } }]
        : [exchange],
    ),
    { hash: '#1/billing%233' },
  );
  const copied = async (): Promise<string> => {
    await expect.poll(() => textOf('#said')).toBe('Copied.');
    return page.evaluate('navigator.clipboard.readText()');
  };
  expect(await textOf('.head .line-number')).toBe('line 29');
  await page.getByRole('button', { name: 'Copy output as JSON' }).click();
  expect(JSON.parse(await copied())).toEqual(output);
  await page.evaluate("document.querySelector('#said').textContent = ''");
  await page.keyboard.press('y');
  expect(await copied()).toBe(`${url}#1/billing%233`);
  await page.keyboard.press('k');
  await page.keyboard.press('2');
  await page.evaluate("document.querySelector('#said').textContent = ''");
  await page.getByRole('button', { name: 'Copy all that was read' }).click();
  expect(await copied()).toContain('# user\n\nHi, I was charged twice for my Pro plan this month.');
});

test('panes are resized by keys and by pointer, and that and the theme are kept for the next page', async () => {
  await open(refund);
  const width = async (): Promise<number> =>
    (await page.locator('#steps').boundingBox())?.width ?? 0;
  const divider = page.getByRole('separator', { name: 'Width of the list of steps' });
  await divider.focus();
  const before = await width();
  await page.keyboard.press('ArrowRight');
  expect(await width()).toBeGreaterThan(before);
  const { x = 0, y = 0, height = 0 } = (await page.locator('#list-width').boundingBox()) ?? {};
  await page.mouse.move(x, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(640, 500);
  await page.mouse.up();
  await page.keyboard.press('t');
  await open(refund);
  expect(await width()).toBeCloseTo(640, -1);
  expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
  await page.keyboard.press('t');
  await page.locator('#list-width').dblclick();
  expect(await width()).toBe(before);
});

test('a recording without steps says so', async () => {
  await open({ ...refund, exchanges: [] });
  expect([await textOf('#none'), await page.locator('#timeline').isVisible()]).toEqual([
    'It holds no steps.',
    false,
  ]);
});

/** A session's log: a turn that was begun twice, and a tool that failed. */
function stoppedRun(): SessionLogData {
  const principal = { id: 'cus_1', role: 'customer', tenant: 'larkspur' };
  const usage = { inputTokens: 12, outputTokens: 5 };
  const call = { callId: 'c1', tool: 'issueRefund', agent: 'billing' };
  const error = { code: 'CHARGE_LOCKED', message: 'Somebody else refunds it.' };
  const answer = { text: 'I see.', finishReason: 'tool-calls', usage, messages: [] };
  const facts: readonly (readonly [step: string, ordinal: number, fact: Fact])[] = [
    ['receive-message', 0, { type: 'message-received', text: 'Twice!', principal, receivedAt: 1 }],
    ['model#1', 0, { type: 'model-turn-completed', agent: 'billing', prompt: 'p', ...answer }],
    ['model#1', 1, { type: 'tool-requested', ...call, input: { chargeId: 'ch_A2' } }],
    ['issueRefund#1', 0, { type: 'tool-failed', callId: 'c1', tool: 'issueRefund', error }],
  ];
  return {
    sessionId: 's1',
    events: facts.map(([step, ordinal, fact], at) => ({
      sessionId: 's1',
      seq: at + 1,
      runId: 'm1',
      step,
      ordinal,
      fact,
      storedAt: at * 1000,
    })),
    deltas: [
      { sessionId: 's1', runId: 'm1', step: 'model#1', attempt: 2, ordinal: 0, text: 'I see.' },
    ],
    records: [],
  };
}

test('a run shows where an attempt was superseded, before the turn that counts, in the list and on the timeline', async () => {
  await openView(viewRun(stoppedRun()));
  expect(await titles()).toEqual([
    'cus_1 writes',
    'attempt superseded',
    'model calls issueRefund',
    'issueRefund',
  ]);
  const right = (step: string): Promise<number> =>
    page
      .locator(`.block[data-step="${step}"]`)
      .evaluate((block) => Math.round(block.getBoundingClientRect().right));
  const left = await page
    .locator('.block[data-step="1/model#1:0"]')
    .evaluate((block) => Math.round(block.getBoundingClientRect().left));
  expect(await right('1/model#1:0:superseded')).toBe(left);
  await page.keyboard.press('e');
  expect(await title()).toBe('issueRefund');
  await page.locator('.row', { hasText: 'attempt superseded' }).click();
  expect(await textOf('.head .badge')).toBe('superseded by a crash');
  await expectContrast();
});

const hostile = [
  '</script><img src=x onerror="window.hacked = 1"><script>window.hacked = 2</script>',
  '<!--<script> ]]> \u2028 \u2029 \ud800 $& $1',
  'שלום עולם ‮ evil 👩‍👩‍👧‍👦 🏴‍☠️',
];

test.for([
  ['markup', hostile.join(' ')],
  ['ten thousand lines', Array.from({ length: 10_000 }, (_, line) => `line ${line}`).join('\n')],
  ['a line of 300,000 characters', 'x'.repeat(300_000)],
])('%s in a result is text and nothing else', async ([, output = '']) => {
  await open(answering('issueRefund', output), { hash: '#1/billing%233' });
  const more = page.locator('#panel .more');
  if (await more.isVisible()) await more.click();
  expect(
    await page
      .locator('#panel pre')
      .last()
      .evaluate((pre) => pre.textContent?.toWellFormed()),
  ).toBe(output.toWellFormed());
  expect(
    await page.evaluate(
      '[window.hacked ?? null, document.querySelectorAll("img, body script:not([type])").length]',
    ),
  ).toEqual([null, 0]);
  expect(complaints).toEqual([]);
});

/** A session of so many steps, half of them model turns that each read all before it. */
function long(steps: number): Recording {
  const turn = refund.exchanges.find((each) => each.t === 'model');
  if (turn?.t !== 'model') throw new Error('The recording has no model turn.');
  const exchanges = Array.from({ length: steps / 2 }, (_, at): readonly Exchange[] => {
    const call = `call${at + 1}`;
    const said = { role: 'user', content: [{ type: 'text', text: `message ${at}` }] };
    const input = { page: at };
    return [
      {
        ...turn,
        n: at * 2,
        request: { ...turn.request, keep: at, messages: [said] },
        answer: {
          parts: [
            { type: 'tool-call', toolCallId: call, toolName: 'look', input: JSON.stringify(input) },
          ],
        },
      },
      {
        t: 'tool',
        lane: turn.lane,
        n: at * 2 + 1,
        call,
        tool: 'look',
        input,
        outcome: { kind: 'completed', output: at },
      },
    ];
  });
  return { ...refund, exchanges: exchanges.flat() };
}

test('of two thousand steps those in view are drawn, and each context is there although it is kept once', async () => {
  await open(long(2000));
  expect(await page.locator('#list .row').count()).toBeLessThan(60);
  expect(await page.locator('#list .row').first().getAttribute('aria-setsize')).toBe('2000');
  await page.keyboard.press('End');
  await page.keyboard.press('k');
  await page.keyboard.press('2');
  expect([await place(), await tab()]).toEqual(['1/triage#1998', 'Context']);
  expect(await page.locator('#list .row[aria-selected=true] .title').innerText()).toBe(
    'model calls look',
  );
  await page.locator('#panel .more').click();
  const said = await page
    .locator('#panel .item[data-role=user] .words')
    .evaluateAll((all) => all.map((each) => each.textContent));
  expect(said).toEqual(Array.from({ length: 1000 }, (_, at) => `message ${at}`));
  expect(complaints).toEqual([]);
});

/** The refund with a long word, markup and another direction of writing in whatever has a name or a text. */
function strange(): Story {
  const foreign = `${hostile.join(' ')}${'W'.repeat(300)}`;
  const { steps, lanes, definitions, ...story } = tellStory(refund);
  return {
    ...story,
    name: foreign,
    made: `live:${foreign}`,
    model: { provider: foreign, modelId: foreign },
    losses: [foreign],
    lanes: lanes.map((lane) => ('agent' in lane ? { ...lane, agent: foreign } : lane)),
    definitions: definitions.map((each) =>
      each.t === 'prompt' ? { ...each, name: foreign, text: foreign } : each,
    ),
    steps: steps.map((step): StoryStep => {
      if (step.kind === 'message') {
        return { ...step, text: foreign, principal: { ...step.principal, id: foreign } };
      }
      if (step.kind === 'tool') {
        const outcome = { kind: 'failed', error: { code: foreign, message: foreign } } as const;
        return { ...step, tool: foreign, input: { [foreign]: foreign }, outcome };
      }
      if (step.kind !== 'model') return step;
      return { ...step, answer: { ...step.answer, text: foreign, reasoning: foreign } };
    }),
  };
}

test('a narrow page and a short one have room for what is read, whatever names say, and scroll in one direction only', async () => {
  const sideways = `[...document.querySelectorAll('html, #panel, #list, #notices, #heads')]
    .filter((each) => each.scrollWidth > each.clientWidth).map((each) => each.id || 'html')`;
  await openView(viewStories({ story: strange() }));
  for (const [width, height] of [
    [1280, 800],
    [390, 844],
    [720, 450],
  ] as const) {
    await page.setViewportSize({ width, height });
    for (const key of ['Home', 'J', 'End', 'k', '2']) {
      await page.keyboard.press(key);
      expect(await page.evaluate(sideways)).toEqual([]);
    }
    const panel = await page.locator('#panel').boundingBox();
    expect(panel?.height).toBeGreaterThan(120);
  }
  expect(
    await page.evaluate(
      '[window.hacked ?? null, document.querySelectorAll("img, body script:not([type])").length]',
    ),
  ).toEqual([null, 0]);
  expect(complaints).toEqual([]);

  await page.setViewportSize({ width: 390, height: 800 });
  await open(refund, { other: answering('issueRefund', 'refused'), hash: '#1/billing%233' });
  expect(await page.evaluate(sideways)).toEqual([]);
  expect(await page.locator('.column').first().isVisible()).toBe(true);
  expect(await textsOf('#columns span')).toEqual(['R-01', 'R-01']);
});

test('on paper stands the step on show to its end, and nothing to be pressed', async () => {
  await open(refund, { hash: '#1/billing%237&tab=context' });
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  const seen = await page.evaluate(`(() => {
    const panel = document.querySelector('#panel');
    const shown = (selector) => [...document.querySelectorAll(selector)].filter((each) => each.checkVisibility()).length;
    return {
      cut: panel.scrollHeight - panel.clientHeight,
      list: shown('#steps'),
      buttons: shown('header button, button.copy'),
      colorScheme: getComputedStyle(document.documentElement).colorScheme,
    };
  })()`);
  expect(seen).toEqual({ cut: 0, list: 0, buttons: 0, colorScheme: 'light' });
});

/** Every word that is drawn and stands out from what is drawn below it by less than WCAG asks for, as [class, contrast]. */
const lowContrast = `(() => {
  const pen = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const channels = (color) => {
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = color;
    pen.fillRect(0, 0, 1, 1);
    return [...pen.getImageData(0, 0, 1, 1).data];
  };
  const over = ([r, g, b, alpha], below) => [r, g, b].map((each, at) => (each * alpha + below[at] * (255 - alpha)) / 255);
  const groundOf = (element) => {
    const color = channels(getComputedStyle(element).backgroundColor);
    if (color[3] === 255 || element.parentElement === null) return over(color, [255, 255, 255]);
    return over(color, groundOf(element.parentElement));
  };
  const light = (color) => {
    const [r, g, b] = color.map((each) => each / 255).map((each) => (each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const low = [];
  for (const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT); walker.nextNode(); ) {
    const element = walker.currentNode.parentElement;
    const isSeen = element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    if (walker.currentNode.nodeValue.trim() === '' || !isSeen) continue;
    const ground = groundOf(element);
    const [dark, bright] = [light(ground), light(over(channels(getComputedStyle(element).color), ground))].toSorted((a, b) => a - b);
    const contrast = (bright + 0.05) / (dark + 0.05);
    if (contrast < 4.5) low.push([element.closest('[class]').className, contrast.toFixed(2)]);
  }
  return low;
})()`;

async function expectContrast(): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await page.evaluate(lowContrast)).toEqual([]);
  }
}

test('words stand out from their ground, light and dark, and what can be used has a name and a role', async () => {
  await open(refund, { hash: '#1/billing%233&find=refund' });
  await expectContrast();
  await page.evaluate("document.querySelector('.title').style.color = 'gray'");
  expect(await page.evaluate(lowContrast)).toContainEqual(['title', expect.any(String)]);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    const low = await page.evaluate(`(() => {
      const probe = document.body.appendChild(document.createElement('i'));
      const light = (name) => {
        probe.style.color = 'var(--' + name + ')';
        const [r, g, b] = getComputedStyle(probe).color.match(/[\\d.]+/g).map((each) => Number(each) / 255)
          .map((each) => (each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const contrast = (one, other) => {
        const [low, high] = [light(one), light(other)].toSorted((a, b) => a - b);
        return (high + 0.05) / (low + 0.05);
      };
      const words = ['text', 'quiet', 'accent', 'model', 'tool', 'person', 'host', 'event', 'crash', 'bad', 'good', 'warn'];
      const pairs = words.flatMap((word) => ['surface', 'raised', 'ground'].map((ground) => [word, ground]));
      pairs.push(['good', 'good-ground'], ['bad', 'bad-ground'], ['warn', 'warn-ground'], ['text', 'found'], ['text', 'chosen'], ['quiet', 'chosen']);
      return pairs.filter(([word, ground]) => contrast(word, ground) < 4.5).map((pair) => pair.join(' on '));
    })()`);
    expect(low).toEqual([]);
  }
  const nameless = await page
    .locator('button, input, [role=listbox], [role=tablist], [role=tabpanel], dialog')
    .evaluateAll((all) =>
      all
        .filter(
          (each) =>
            !(
              each.getAttribute('aria-label') ??
              each.getAttribute('aria-labelledby') ??
              each.textContent
            ),
        )
        .map((each) => each.outerHTML),
    );
  expect(nameless).toEqual([]);
  const active = await page.locator('#list').getAttribute('aria-activedescendant');
  expect(await page.locator(`#${active}`).getAttribute('aria-selected')).toBe('true');
});

/** Each exchange of the refund a second after the one before; models stream. */
function measured(recording: Recording): StoryTiming {
  const timed = recording.exchanges.map((exchange, index): [string, TimedPlace] => [
    placeName(placeOf(exchange)),
    {
      start: index * 1000,
      took: exchange.t === 'model' ? 840 : exchange.t === 'tool' ? 120 : 0,
      ...(exchange.t === 'model' ? { first: 310, pieces: [300, 10, 20, 400, 5, 5] } : {}),
    },
  ]);
  return { kind: 'measured', places: new Map(timed) };
}

const blockOf = (step: string): Promise<{ readonly left: number; readonly width: number }> =>
  page.locator(`.block[data-step="${step}"]`).evaluate(({ style }) => ({
    left: Math.round(Number.parseFloat(style.left) * 10) / 10,
    width: Math.round(Number.parseFloat(style.width) * 10) / 10,
  }));

test('with times the timeline is drawn to them, a key draws it in order, and a tab says when the pieces of an answer came', async () => {
  await open(refund, { known: { timing: measured(refund) }, hash: '#1/billing%232&tab=timing' });
  // 14 exchanges, the last of which begins after 13 s and takes 0.84 s.
  expect(await blockOf('1/billing#3')).toEqual({ left: 65, width: 0.9 });
  expect(await page.locator('.tick').allInnerTexts()).toEqual([
    '0',
    '2.00 s',
    '4.00 s',
    '6.00 s',
    '8.00 s',
    '10.0 s',
    '12.0 s',
  ]);
  expect(await page.locator('#panel .facts dd').allInnerTexts()).toEqual([
    '+8.00 s',
    '840 ms',
    '310 ms',
    '6',
    'a stopwatch while it was recorded',
  ]);
  expect(
    await page
      .locator('.bars .came')
      .evaluateAll((all) => all.map((each) => each.getAttribute('title'))),
  ).toEqual([
    '1 piece around 298 ms',
    '1 piece around 306 ms',
    '1 piece around 324 ms',
    '1 piece around 726 ms',
    '2 pieces around 735 ms',
  ]);
  expect(await page.locator('#list .row .time').allInnerTexts()).toContain('840 ms');
  await page.keyboard.press('s');
  expect(await blockOf('1/billing#3')).toEqual({ left: 64.3, width: 7.1 });
  await page.getByRole('button', { name: 'Drawn in order' }).click();
  expect(await blockOf('1/billing#3')).toEqual({ left: 65, width: 0.9 });
  // Where somebody points, the step is that took place there.
  const strip = page.locator('.strips').last();
  const { width } = (await strip.boundingBox()) ?? { width: 0 };
  await strip.click({ position: { x: width * (11.06 / 13.84), y: 5 } });
  expect(await title()).toBe('draftReply');
  expect(await textOf('#hover')).toBe(
    ' draftReply1/billing#5 · 120 msdrafted: Your duplicate charge has been refunded',
  );
  // What is drawn over is looked at closer, and the list is of it.
  const { x = 0, y = 0 } = (await strip.boundingBox()) ?? {};
  await page.mouse.move(x + width * (7.5 / 13.84), y + 5);
  await page.mouse.down();
  await page.mouse.move(x + width * (10.5 / 13.84), y + 5);
  await page.mouse.up();
  expect(await titles()).toEqual([
    'model calls issueRefund',
    'issueRefund',
    'model calls draftReply, sendReply',
  ]);
  expect((await blockOf('1/billing#2')).width).toBe(28);
  expect(await textsOf('.tick')).toContain('9.00 s');
  await page.keyboard.press('0');
  expect([await titles(), (await blockOf('1/billing#2')).width]).toEqual([
    expect.objectContaining({ length: 14 }),
    6.1,
  ]);
  await page.locator('.lane-label', { hasText: 'triage' }).click();
  expect(await titles()).toEqual(['model calls classifyItem, handoff', 'classifyItem', 'handoff']);
  await page.getByRole('button', { name: 'Only lane triage' }).click();
  await page.keyboard.press('+');
  expect((await blockOf('1/billing#2')).width).toBe(12.1);
  await page.keyboard.press('-');
  expect(await titles()).toHaveLength(14);
  expect(complaints).toEqual([]);
});

test('without times nothing is drawn to them, and what was measured of other bytes is told', async () => {
  await open(refund);
  await page.keyboard.press('s');
  expect(await page.locator('#ruler').isVisible()).toBe(false);
  expect(await page.locator('[data-tab=timing]').count()).toBe(0);
  await open(refund, { known: { timing: { kind: 'stale' } } });
  expect(await page.locator('.notice.warning').innerText()).toContain('of other bytes');
  expect(await page.locator('#ruler').isVisible()).toBe(false);
});

test('a tab says which rows a tool changed, that it changed none, or why nobody knows', async () => {
  const paid = { id: 're_1', chargeId: 'ch_A2', amountMinor: 4900 };
  const database: DatabaseChanges = {
    kind: 'known',
    steps: new Map([
      ['1/triage#1', { rows: [], isShared: false }],
      [
        '1/billing#3',
        {
          rows: [
            { table: 'refunds', key: 're_1', after: paid },
            {
              table: 'charges',
              key: 'ch_A2',
              before: { status: 'settled', note: 'x' },
              after: { status: 'refunded', note: 'x' },
            },
            { table: 'records of drafts', key: 'd1', before: 'gone' },
          ],
          isShared: false,
        },
      ],
    ]),
  };
  await open(refund, { known: { database }, hash: '#1/billing%233&tab=database' });
  expect(await page.locator('#panel .facts').innerText()).toBe(
    'refunds\n1 added\ncharges\n1 changed\nrecords of drafts\n1 removed',
  );
  expect(await page.locator('#panel .block-change').allInnerTexts()).toMatchInlineSnapshot(`
    [
      "added
    refunds re_1
    +
    id: re_1
    +
    chargeId: ch_A2
    +
    amountMinor: 4900",
      "changed
    charges ch_A2
    −
    status: settled
    +
    status: refunded
     
    note: x",
      "removed
    records of drafts d1
    −
    gone",
    ]
  `);
  await page.keyboard.press('/');
  await page.keyboard.type('status: refunded');
  expect(await titles()).toEqual(['issueRefund']);
  await page.goto(page.url().replace(/#.*/, '#1/triage%231&tab=database'));
  expect(await page.locator('#panel').innerText()).toBe('It changed nothing in the database.');
  expect(complaints).toEqual([]);

  const reason = 'Not known: there is no scenario of its name.';
  await open(refund, {
    known: { database: { kind: 'unknown', reason } },
    hash: '#1/billing%233&tab=database',
  });
  expect([await tab(), await page.locator('#panel').innerText()]).toEqual(['Database', reason]);
  await page.keyboard.press('k');
  expect(await page.locator('[data-tab=database]').count()).toBe(0);
});

test('of two recordings, rows that only one of them is known to have changed make no difference', async () => {
  const known: Omit<ViewedStory, 'story'> = {
    database: {
      kind: 'known',
      steps: new Map([
        ['1/billing#3', { rows: [{ table: 'refunds', key: 're_1', after: 1 }], isShared: false }],
      ]),
    },
  };
  const unknown = { kind: 'unknown', reason: 'Not known.' } as const;
  const story = tellStory(refund);
  const rowsOf = (other: ViewedStory): readonly (string | undefined)[] =>
    viewStories({ story, ...known }, { other }).rows.flatMap(({ difference }) => difference ?? []);
  expect(rowsOf({ story, database: unknown })).toEqual([]);
  expect(rowsOf({ story, ...known })).toEqual([]);
  const rows = [{ table: 'mails', key: 'mail_1', after: 1 }];
  const others = {
    kind: 'known',
    steps: new Map([['1/billing#3', { rows, isShared: false }]]),
  } as const;
  expect(rowsOf({ story, database: others })).toEqual(['result']);
});
