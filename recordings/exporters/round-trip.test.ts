import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { importFiles } from '../importers/import-files.ts';
import { readStory } from '../story/read-story.ts';
import type { ModelStep, Story } from '../story/story.ts';
import { tellStory } from '../story/tell-story.ts';
import { orderAgent } from '../testing/order-agent.ts';
import { recordParcelSession } from '../testing/parcel-desk.ts';
import { type ExportFormat, exportStory } from './export-story.ts';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'groundhog-export-'));
});
afterEach(() => rm(directory, { recursive: true }));

/** Exports a story and imports what came of it. */
async function roundTrip(story: Story, format: ExportFormat) {
  const file = join(directory, `${format}.txt`);
  const { text, losses } = exportStory(story, format);
  await writeFile(file, text);
  const report = await importFiles({ format, files: [file], out: directory });
  const [written] = report.recordings;
  if (written === undefined) throw new Error(JSON.stringify(report.skipped));
  expect(report).toMatchObject({ imported: 1, skipped: [] });
  return { back: await readStory(written.recording), losses };
}

const modelsOf = ({ steps }: Story): readonly ModelStep[] =>
  steps.filter((step) => step.kind === 'model');

/** What a model said, as both forms hold it: which steps came of its calls, only a session knows. */
const saidIn = (story: Story) =>
  modelsOf(story).map(({ answer: { text, reasoning, calls, finish, tokens } }) => ({
    text,
    reasoning,
    calls: calls.map(({ steps: _, ...call }) => call),
    finish,
    tokens: { input: tokens.input, output: tokens.output },
  }));

const session = tellStory(await recordParcelSession());
const calls = tellStory(await orderAgent().record());

test.for([
  ['a session', session],
  ['the calls of an agent', calls],
] as const)(
  '%s says the same after a round trip through spans: texts, calls, models, tokens, finish reasons',
  async ([, story]) => {
    const { back } = await roundTrip(story, 'otel');
    expect(saidIn(back)).toEqual(saidIn(story));
    expect(saidIn(back).length).toBeGreaterThan(1);
    const model = story.model?.modelId;
    expect(modelsOf(back).map((step) => step.model)).toEqual(modelsOf(story).map(() => model));
  },
);

test.for([
  ['a session', session],
  ['the calls of an agent', calls],
] as const)(
  '%s says the same after a round trip through streams of OpenAI, read by its provider',
  async ([, story]) => {
    const { back } = await roundTrip(story, 'openai-sse');
    expect(saidIn(back)).toEqual(saidIn(story));
  },
);

test('a reader of spans is told who called whom: agents, their turns and their tools', () => {
  const spanSchema = z.object({
    spanId: z.string().length(16),
    parentSpanId: z.string().optional(),
    name: z.string(),
    startTimeUnixNano: z.string().regex(/^\d{19}$/),
  });
  const schema = z.object({
    resourceSpans: z.tuple([
      z.object({ scopeSpans: z.tuple([z.object({ spans: z.array(spanSchema) })]) }),
    ]),
  });
  const { text } = exportStory(session, 'otel');
  const [{ scopeSpans }] = schema.parse(JSON.parse(text)).resourceSpans;
  const [{ spans }] = scopeSpans;
  const nameOf = new Map(spans.map(({ spanId, name }) => [spanId, name]));
  expect(nameOf.size).toBe(spans.length);
  expect(
    spans.map(({ name, parentSpanId = '' }) => [nameOf.get(parentSpanId) ?? '', name]),
  ).toMatchInlineSnapshot(`
    [
      [
        "",
        "invoke_agent reception",
      ],
      [
        "invoke_agent reception",
        "chat parcel-desk",
      ],
      [
        "invoke_agent reception",
        "execute_tool handoff",
      ],
      [
        "",
        "invoke_agent parcels",
      ],
      [
        "invoke_agent parcels",
        "chat parcel-desk",
      ],
      [
        "invoke_agent parcels",
        "execute_tool findParcel",
      ],
      [
        "invoke_agent parcels",
        "chat parcel-desk",
      ],
      [
        "invoke_agent parcels",
        "execute_tool quotePostage",
      ],
      [
        "invoke_agent parcels",
        "execute_tool fileClaim",
      ],
      [
        "invoke_agent parcels",
        "chat parcel-desk",
      ],
      [
        "",
        "invoke_agent parcels",
      ],
      [
        "invoke_agent parcels",
        "chat parcel-desk",
      ],
    ]
  `);
});

test('what a form does not hold is said', async () => {
  expect(exportStory(session, 'otel').losses).toMatchInlineSnapshot(`
    [
      "how long anything took: spans are a millisecond each",
      "pieces in which answers came, and what a provider says beside them",
      "settings: providerOptions, toolChoice",
      "who said what to whom, but for what models read of it: 2",
      "what the clock and the dice said: 4",
      "events of the session's log: 20",
    ]
  `);
  expect(exportStory(session, 'openai-sse').losses).toMatchInlineSnapshot(`
    [
      "what models were asked: 5",
      "all that was not a call of a model: 10",
      "sources, files and what a provider did by itself",
      "how long anything took, and the pieces in which it came",
    ]
  `);
});
