import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineAgent, definePrompt } from '../agent/define-agent.ts';
import { createHarness } from '../create-harness.ts';
import { type LogLine, logLineSchema } from '../host/log-line.ts';
import { jsonLog } from '../json-log.ts';
import type { EventDraft, SessionEvent } from '../session/event.ts';
import { memoryBacking } from '../testing/memory-backing.ts';
import { memoryStore } from '../testing/memory-store.ts';
import { scriptedModel } from '../testing/scripted-model.ts';
import { simulatedHost } from '../testing/simulated-host.ts';
import { defineTool } from '../tools/define-tool.ts';
import { loggedStore } from './logged-store.ts';

const canary = 'canary-4929-1234';

function recordedLines(): { readonly write: (line: string) => void; readonly text: () => string } {
  let written = '';
  return {
    write: (line) => {
      written += line;
    },
    text: () => written,
  };
}

const linesIn = (text: string): readonly LogLine[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => logLineSchema.parse(JSON.parse(line)));

const lookUp = defineTool({
  name: 'lookUp',
  version: '1',
  owner: 'tests',
  description: `Looks something up, ${canary}.`,
  input: z.object({ what: z.string() }),
  output: z.object({ found: z.string() }),
  effect: 'compute',
  agents: ['clerk'],
  execute: async ({ what }) => {
    if (what.startsWith('missing')) throw new RangeError(`nothing under ${what}`);
    return { found: `${canary} found` };
  },
});

const clerk = defineAgent({
  name: 'clerk',
  prompt: definePrompt('clerk', `You look things up. ${canary}`),
  tools: [lookUp],
  handoffs: [],
  turnLimit: 5,
});
const reception = defineAgent({
  name: 'reception',
  prompt: definePrompt('reception', `You send people on. ${canary}`),
  tools: [],
  handoffs: ['clerk'],
  turnLimit: 5,
});

const turns = [
  { calls: [{ tool: 'handoff', input: { to: 'clerk', reason: canary } }] },
  {
    calls: [
      { tool: 'lookUp', input: { what: canary } },
      { tool: 'lookUp', input: { what: `missing ${canary}` } },
    ],
  },
  { text: `It is ${canary}.` },
];

async function playLogged(): Promise<{
  readonly text: string;
  readonly events: readonly SessionEvent[];
}> {
  const lines = recordedLines();
  const host = { ...simulatedHost({ startsAt: 0, seed: 1 }), log: await jsonLog(lines) };
  const backing = memoryBacking(host);
  await using harness = await createHarness({
    agents: [reception, clerk],
    entry: 'reception',
    model: scriptedModel({
      name: 'in turn',
      plays: turns.map((answer, index) => ({
        name: `turn ${index + 1}`,
        when: ({ messages }) =>
          messages.filter((message) => message.role === 'assistant').length === index,
        answer: () => answer,
      })),
    }),
    backing,
    host,
  });
  const principal = { id: 'cus_1', role: 'customer', tenant: 'larkspur' };
  await harness.outcome(
    await harness.send({ sessionId: 'session', messageId: 'run', text: canary, principal }),
  );
  return { text: lines.text(), events: await harness.events('session') };
}

/** The way a run went: who spoke, which tools were asked, what came of it, who took over. */
const pathOf = (lines: readonly LogLine[]): readonly string[] =>
  lines.map(({ event, agent, tool, errorCode, to, finishReason }) =>
    [agent, event, tool ?? to ?? finishReason, errorCode].filter(Boolean).join(' '),
  );

test('every event of a session is one line of the schema, with its place, its time and its cost', async () => {
  const { text, events } = await playLogged();
  // What a tool threw is a line too, and no event.
  const lines = linesIn(text).filter((line) => line.seq !== undefined);
  expect(lines.map(({ seq, step, event, runId }) => ({ seq, step, event, runId }))).toEqual(
    events.map(({ seq, step, fact, runId }) => ({ seq, step, event: fact.type, runId })),
  );
  for (const line of lines.slice(1)) expect(line.latencyMs).toBeGreaterThanOrEqual(0);
  const turnLines = lines.filter(({ event }) => event === 'model-turn-completed');
  expect(turnLines).toHaveLength(3);
  for (const line of turnLines) {
    expect(line).toMatchObject({
      inputTokens: expect.any(Number),
      outputTokens: expect.any(Number),
    });
  }
});

test('the way a run went can be told from its lines alone', async () => {
  const { text } = await playLogged();
  expect(pathOf(linesIn(text))).toEqual([
    'message-received',
    'reception run-started',
    'reception model-turn-completed tool-calls',
    'reception tool-requested handoff',
    'reception tool-completed handoff',
    'reception handed-off clerk',
    'clerk model-turn-completed tool-calls',
    'clerk tool-requested lookUp',
    'clerk tool-requested lookUp',
    'clerk tool-completed lookUp',
    'clerk tool-threw lookUp',
    'clerk tool-failed lookUp TOOL_BROKEN',
    'clerk model-turn-completed stop',
    'clerk run-completed',
  ]);
});

test('no line says what was said, asked, found or prompted', async () => {
  const { text, events } = await playLogged();
  expect(JSON.stringify(events)).toContain(canary);
  expect(text).not.toContain('canary');
  // With its dash: digits alone stand in a line's time or id now and then.
  expect(text).not.toContain('4929-1234');
});

test('a run that tells its story again after a crash is logged once over both lives', async () => {
  const store = memoryStore(() => 0);
  const drafts: readonly EventDraft[] = [
    {
      type: 'message-received',
      text: '',
      principal: { id: 'c', role: 'r', tenant: 't' },
      receivedAt: 0,
    } as const,
    { type: 'run-started', agent: 'clerk', traceId: 'ab' } as const,
    { type: 'tool-requested', agent: 'clerk', callId: 'call1', tool: 'lookUp', input: {} } as const,
    { type: 'tool-completed', callId: 'call1', tool: 'lookUp', output: {} } as const,
    { type: 'run-completed', agent: 'clerk', text: '' } as const,
  ].map((fact, index) => ({ runId: 'run', step: `step-${index}`, ordinal: 0, fact }));
  const lines = recordedLines();
  for (const storedInThisLife of [3, 5]) {
    const life = loggedStore(store, await jsonLog(lines));
    for (const draft of drafts.slice(0, storedInThisLife)) await life.appendEvents('s', [draft]);
  }
  expect(pathOf(linesIn(lines.text()))).toEqual([
    'message-received',
    'clerk run-started',
    'clerk tool-requested lookUp',
    'clerk tool-completed lookUp',
    'clerk run-completed',
  ]);
});
