import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { chromiumOptions } from '#harness/testing';
import type { Exchange, Recording } from '../format/recording.ts';
import { readRecording } from '../format/recording-file.ts';
import { contextOf } from '../story/context-of.ts';
import { tellStory } from '../story/tell-story.ts';
import { renderPage } from './render-page.ts';
import { viewStories } from './view-stories.ts';

// The page in a real browser, from a disk, without a network.

let directory: string;
let browser: Browser;
let context: BrowserContext;
let refund: Recording;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'groundhog-view-'));
  browser = await chromium.launch(chromiumOptions());
  refund = await library('R-01');
});
afterAll(async () => {
  await browser?.close();
  rmSync(directory, { recursive: true, force: true });
});
beforeEach(async () => {
  context = await browser.newContext({ viewport: { width: 1280, height: 800 }, offline: true });
  return () => context.close();
});

const library = (name: string): Promise<Recording> =>
  readRecording(new URL(`../library/${name}.jsonl`, import.meta.url).pathname);

interface Shown {
  readonly page: Page;
  readonly url: string;
  /** What the page complained of, and what it asked a network for. */
  readonly complaints: string[];
}

async function open(recording: Recording, other?: Recording, hash = ''): Promise<Shown> {
  const view = viewStories(
    tellStory(recording),
    other === undefined ? {} : { other: tellStory(other) },
  );
  const file = join(directory, 'view.html');
  writeFileSync(file, renderPage(view));
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => complaints.push(message.text()));
  page.on('request', (request) => {
    if (!request.url().startsWith('file:') && !request.url().startsWith('data:,'))
      complaints.push(request.url());
  });
  const url = pathToFileURL(file).href;
  await page.goto(url + hash);
  return { page, url, complaints };
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

const title = (page: Page): Promise<string> => page.locator('.head h2 > span').first().innerText();
const place = (page: Page): Promise<string> => page.locator('.head code').first().innerText();
const tab = (page: Page): Promise<string> =>
  page.locator('[role=tab][aria-selected=true]').innerText();
const titles = (page: Page): Promise<readonly string[]> =>
  page.locator('#list .row .cell:first-child .title').allInnerTexts();

test('a page from a disk shows every step of a recording, says that it was scripted and what was redacted, and asks for nothing', async () => {
  const { page, complaints } = await open(refund);
  expect(await titles(page)).toEqual([
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
  expect(await page.locator('.lane-label').allInnerTexts()).toEqual(['run 1', 'triage', 'billing']);
  expect(await page.locator('.made').allInnerTexts()).toEqual(['scripted']);
  expect(await page.locator('.notice').allInnerTexts()).toEqual([
    'Scripted: a playbook stood in for the model. No model said what is shown as its answers.',
    'Redacted: what a person could be known by was taken out when it was recorded, and [e-mail 1] stands for it.',
  ]);
  expect(complaints).toEqual([]);
});

test('the policy of the page stops a request, a script and markup that somebody brings in', async () => {
  const { page, complaints } = await open(refund);
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
  const { page } = await open(refund, undefined, '#1/billing%237&tab=context');
  expect(await place(page)).toBe('1/billing#7');
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
  const { page } = await open(refund, undefined, '#1/billing%234&tab=context-diff');
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
  const { page } = await open(refund);
  await page.keyboard.press('j');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('j');
  expect([await title(page), await tab(page)]).toEqual([
    'model calls classifyItem, handoff',
    'Answer',
  ]);
  await page.keyboard.press('2');
  expect(await tab(page)).toBe('Context');
  await page.keyboard.press('j');
  expect([await title(page), await tab(page)]).toEqual(['classifyItem', 'Tool']);
  // The tab that was chosen is open again where there is one.
  await page.keyboard.press('J');
  await page.keyboard.press('End');
  expect([await title(page), await tab(page)]).toEqual(['model answers', 'Context']);
  await page.keyboard.press('K');
  expect(await title(page)).toBe('sendReply');
  await page.keyboard.press('Home');
  await page.keyboard.press('k');
  expect(await title(page)).toBe('cus_1001 writes');
  await page.keyboard.press('?');
  expect(await page.locator('#help-dialog kbd').first().isVisible()).toBe(true);
  await page.keyboard.press('Escape');
  await page.keyboard.press('t');
  expect(await page.evaluate('getComputedStyle(document.documentElement).colorScheme')).toBe(
    'dark',
  );
});

test('a search finds texts of answers, inputs, outputs and contexts, and leads from one to the next', async () => {
  const { page } = await open(refund);
  await page.keyboard.press('/');
  await page.keyboard.type('nowspeaking');
  expect(await titles(page)).toEqual(['handoff', 'model calls runCode']);
  await page.keyboard.press('Enter');
  expect(await title(page)).toBe('handoff');
  expect(await page.locator('#search-count').innerText()).toBe('1 of 2');
  expect(await page.evaluate("[...CSS.highlights.get('found')].map(String)")).toEqual([
    'nowSpeaking',
  ]);
  await page.keyboard.press('Enter');
  expect(await title(page)).toBe('model calls runCode');
  await page.locator('#search').fill('not said by anybody');
  expect(await page.locator('#none').isVisible()).toBe(true);
  await page.keyboard.press('Escape');
  expect(await titles(page)).toHaveLength(refund.exchanges.length);
});

test('an address names a step and its tab, and the way back is kept', async () => {
  const { page, url } = await open(refund, undefined, '#1/billing#3');
  expect([await place(page), await title(page)]).toEqual(['1/billing#3', 'issueRefund']);
  await page.getByRole('button', { name: 'asked for by' }).click();
  expect(page.url()).toBe(`${url}#1/billing%232`);
  await page.getByRole('tab', { name: 'Context', exact: true }).click();
  await expect.poll(() => page.url()).toBe(`${url}#1/billing%232&tab=context`);
  await page.reload();
  expect([await place(page), await tab(page)]).toEqual(['1/billing#2', 'Context']);
  await page.goBack();
  expect(await place(page)).toBe('1/billing#3');
  await page.goto(`${url}#9/nobody%230`);
  expect(await page.locator('#said').innerText()).toBe('There is no step 9/nobody#0.');
});

const differences = (page: Page): Promise<readonly (readonly (string | null)[])[]> =>
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
  const same = await open(refund, other);
  expect(await differences(same.page)).toEqual([]);
  expect(await same.page.locator('#notices').innerText()).toContain('No differences.');

  const { page, complaints } = await open(
    refund,
    changed(answering('issueRefund', 'refused'), (exchange) =>
      exchange.t === 'tool' && exchange.tool === 'classifyItem' ? [] : [exchange],
    ),
  );
  expect(await differences(page)).toEqual([
    ['one-sided', 'classifyItem'],
    ['result', 'issueRefund'],
  ]);
  await page.getByRole('button', { name: 'First difference' }).click();
  expect(await title(page)).toBe('classifyItem');
  await page.keyboard.press('d');
  expect([await title(page), await tab(page)]).toEqual(['issueRefund', 'Difference']);
  expect(await page.locator('#panel ins').allInnerTexts()).toEqual(['+\nrefused']);
  expect(complaints).toEqual([]);

  const shouted = await open(refund, await library('R-01b'));
  expect(await differences(shouted.page)).toEqual([
    ['result', 'cus_1001 writes'],
    ['host', 'dice'],
    ['context', 'model calls classifyItem, handoff'],
    ['context', 'model calls runCode'],
    ['context', 'model calls issueRefund'],
    ['result', 'model calls draftReply, sendReply'],
    ['result', 'draftReply'],
    ['context', 'model answers'],
  ]);
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
  const { page, complaints } = await open(
    answering('issueRefund', output),
    undefined,
    '#1/billing%233',
  );
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
  const { page, complaints } = await open(long(2000));
  expect(await page.locator('#list .row').count()).toBeLessThan(60);
  expect(await page.locator('#list .row').first().getAttribute('aria-setsize')).toBe('2000');
  await page.keyboard.press('End');
  await page.keyboard.press('k');
  await page.keyboard.press('2');
  expect([await place(page), await tab(page)]).toEqual(['1/triage#1998', 'Context']);
  expect(await page.locator('#list .row[aria-selected=true] .title').innerText()).toBe(
    'model calls look',
  );
  await page.locator('#panel .more').click();
  const said = await page
    .locator('#panel .item[data-role=user] .body')
    .evaluateAll((all) => all.map((each) => each.textContent));
  expect(said).toEqual(Array.from({ length: 1000 }, (_, at) => `message ${at}`));
  expect(complaints).toEqual([]);
});

test('a narrow page scrolls in one direction only', async () => {
  const { page } = await open(refund, answering('issueRefund', 'refused'), '#1/billing%233');
  await page.setViewportSize({ width: 390, height: 800 });
  expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
  expect(await page.locator('.column').first().isVisible()).toBe(true);
});

test('words stand out from their ground, light and dark, and what can be used has a name and a role', async () => {
  const { page } = await open(refund, undefined, '#1/billing%233');
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
