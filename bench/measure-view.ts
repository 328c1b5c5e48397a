// What pages of 2,000 steps, short and long ones, cost a browser: node bench/measure-view.ts. Printed for people, and gated by nothing: the figures
// are a browser's on the machine at hand. Processor time of the page's own thread, so that a busy machine changes them little.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type CDPSession, chromium, type Page } from 'playwright-core';
import { chromiumOptions } from '#harness/testing';
import type { Story } from '#recordings';
import { renderPage, viewStories } from '#recordings/viewer';

const stepCount = 2000;
const stepsTaken = 50;

const directory = mkdtempSync(join(tmpdir(), 'groundhog-view-'));
const browser = await chromium.launch(chromiumOptions());
try {
  const lines: string[] = [];
  await openPage(3300, lines);
  const { page, session } = await openPage(50, lines);
  for (const [key, tab] of [
    ['1', 'answer'],
    ['2', 'context'],
    ['3', 'context diff'],
  ] as const) {
    await page.keyboard.press('End');
    await page.keyboard.press('k');
    await page.keyboard.press(key);
    const before = await taskSeconds(session);
    for (let step = 0; step < stepsTaken; step += 1) await page.keyboard.press('K');
    const perStep = ((await taskSeconds(session)) - before) / stepsTaken;
    lines.push(`a step on, ${tab}: ${(perStep * 1000).toFixed(1)} ms`);
  }
  process.stdout.write(`${lines.join('\n')}\n`);
} finally {
  await browser.close();
  rmSync(directory, { recursive: true, force: true });
}

/** Opens a page whose tools say so many words each, and searches it. */
async function openPage(
  wordCount: number,
  lines: string[],
): Promise<{ readonly page: Page; readonly session: CDPSession }> {
  const html = renderPage(viewStories({ story: longStory(stepCount, wordCount) }));
  const file = join(directory, `view-${wordCount}.html`);
  writeFileSync(file, html);
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const begun = await taskSeconds(session);
  await page.goto(pathToFileURL(file).href);
  await page.waitForFunction('document.querySelector(".head") !== null');
  const opened = await taskSeconds(session);
  await page.locator('#search').fill('said by nobody');
  const searched = await taskSeconds(session);
  await page.keyboard.press('Escape');
  const size = (html.length / 1e6).toFixed(1);
  lines.push(
    `page of ${stepCount} steps, ${size} MB: opened ${(opened - begun).toFixed(2)} s, searched ${(searched - opened).toFixed(2)} s`,
  );
  return { page, session };
}

async function taskSeconds(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN;
}

/** A session in which half the steps are model turns that each read all before it. */
function longStory(steps: number, wordCount: number): Story {
  const output = { page: 'lorem '.repeat(wordCount) };
  return {
    name: 'long',
    made: 'scripted',
    definitions: [],
    lanes: [
      { lane: '1/agent', run: 1, subAgent: 0, agent: 'agent', steps: [...Array(steps).keys()] },
    ],
    events: [],
    editedLines: [],
    steps: Array.from({ length: steps }, (_, index): Story['steps'][number] => {
      const base = {
        index,
        line: index + 2,
        subAgent: 0,
        place: { lane: '1/agent', ordinal: index },
      };
      const call = `call${Math.floor(index / 2)}`;
      const asked = { call, tool: 'look', input: { index } };
      if (index % 2 === 1) {
        return {
          ...base,
          kind: 'tool',
          ...asked,
          outcome: { kind: 'completed', output },
          askedBy: index - 1,
        };
      }
      const added = [{ role: 'user', content: [{ type: 'text', text: `message ${index}` }] }];
      const context = { kept: index / 2, dropped: 0, added, system: [], tools: [], settings: {} };
      return {
        ...base,
        kind: 'model',
        context: index === 0 ? context : { ...context, since: index - 2 },
        answer: { text: '', reasoning: '', calls: [{ ...asked, steps: [index + 1] }], tokens: {} },
      };
    }),
  };
}
