// What a page of 2,000 steps costs a browser: node bench/measure-view.ts. Printed for people, and gated by nothing: the figures
// are a browser's on the machine at hand. Processor time of the page's own thread, so that a busy machine changes them little.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type CDPSession, chromium } from 'playwright-core';
import { chromiumOptions } from '#harness/testing';
import type { Story } from '#recordings';
import { renderPage, viewStories } from '#recordings/viewer';

const stepCount = 2000;
const stepsTaken = 50;

const directory = mkdtempSync(join(tmpdir(), 'groundhog-view-'));
const browser = await chromium.launch(chromiumOptions());
try {
  const html = renderPage(viewStories({ story: longStory(stepCount) }));
  const file = join(directory, 'view.html');
  writeFileSync(file, html);
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const lines = [`page of ${stepCount} steps: ${(html.length / 1e6).toFixed(1)} MB`];
  let before = await taskSeconds(session);
  await page.goto(pathToFileURL(file).href);
  await page.waitForFunction('document.querySelector(".head") !== null');
  lines.push(`opened: ${((await taskSeconds(session)) - before).toFixed(2)} s`);
  for (const [key, tab] of [
    ['1', 'answer'],
    ['2', 'context'],
    ['3', 'context diff'],
  ] as const) {
    await page.keyboard.press('End');
    await page.keyboard.press('k');
    await page.keyboard.press(key);
    before = await taskSeconds(session);
    for (let step = 0; step < stepsTaken; step += 1) await page.keyboard.press('K');
    const perStep = ((await taskSeconds(session)) - before) / stepsTaken;
    lines.push(`a step on, ${tab}: ${(perStep * 1000).toFixed(1)} ms`);
  }
  process.stdout.write(`${lines.join('\n')}\n`);
} finally {
  await browser.close();
  rmSync(directory, { recursive: true, force: true });
}

async function taskSeconds(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN;
}

/** A session in which half the steps are model turns that each read all before it. */
function longStory(steps: number): Story {
  const output = { page: 'lorem ipsum dolor sit amet '.repeat(10) };
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
