import { globSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Recording } from '../format/recording.ts';
import { readRecording } from '../format/recording-file.ts';
import { importFiles } from '../importers/import-files.ts';
import { readImported } from '../importers/imported-file.ts';
import { layOut } from '../replayer/tape.ts';
import { recordParcelSession } from '../testing/parcel-desk.ts';
import { contextChangeOf, contextOf } from './context-of.ts';
import type { ModelStep, Story } from './story.ts';
import { tellStory } from './tell-story.ts';

const library = join(import.meta.dirname, '../library');
const fixtures = join(import.meta.dirname, '../importers/fixtures');

const turnsOf = ({ steps }: Story): readonly ModelStep[] =>
  steps.filter((step) => step.kind === 'model');

test('a session is told in its order: who, where, and what each step was about', async () => {
  const story = tellStory(await recordParcelSession());
  expect(story).toMatchObject({ name: 'parcel-desk', made: 'scripted', editedLines: [] });
  const rows = story.steps.map((step) => {
    const { kind, place, line, run, agent = '-' } = step;
    const about = step.kind === 'tool' ? ` ${step.tool} <- ${step.askedBy}` : '';
    return `${line} ${kind} ${place.lane}#${place.ordinal} run ${run} ${agent}${about}`;
  });
  expect(rows).toEqual([
    '8 message 1#0 run 1 -',
    '9 clock 1#1 run 1 -',
    '10 dice 1#2 run 1 -',
    '11 model 1/reception#0 run 1 reception',
    '12 tool 1/reception#1 run 1 reception handoff <- 3',
    '13 model 1/parcels#0 run 1 parcels',
    '14 tool 1/parcels#1 run 1 parcels findParcel <- 5',
    '15 model 1/parcels#2 run 1 parcels',
    '16 tool 1/parcels#3 run 1 parcels quotePostage <- 7',
    '17 tool 1/parcels#4 run 1 parcels fileClaim <- 7',
    '18 model 1/parcels#5 run 1 parcels',
    '19 message 2#0 run 2 -',
    '20 clock 2#1 run 2 -',
    '21 dice 2#2 run 2 -',
    '22 model 2/parcels#0 run 2 parcels',
  ]);
});

test('an answer is whole: text, calls with what came of them, tokens and why it ended', async () => {
  const [, , asking] = turnsOf(tellStory(await recordParcelSession()));
  expect(asking?.answer).toEqual({
    text: '',
    reasoning: '',
    calls: [
      { call: 'call3', tool: 'quotePostage', input: { weightGrams: 1200 }, steps: [8] },
      { call: 'call4', tool: 'fileClaim', input: { id: 'P-7' }, steps: [9] },
    ],
    finish: 'tool-calls',
    tokens: { input: expect.any(Number), output: expect.any(Number) },
  });
});

test('what changes hands is what changed: another prompt, other tools, the messages in between', async () => {
  const story = tellStory(await recordParcelSession());
  const [, handed] = turnsOf(story);
  if (handed === undefined) throw new Error('nobody took over');
  expect(handed.context).toMatchObject({ since: 3, kept: 1, dropped: 0 });
  expect(handed.context?.added).toHaveLength(2);
  expect(contextChangeOf(story, handed)).toEqual({
    system: { added: ['prompt:parcels'], removed: ['prompt:reception'] },
    tools: {
      added: ['tool:findParcel', 'tool:quotePostage', 'tool:fileClaim'],
      removed: ['tool:handoff'],
    },
    settings: [],
  });
});

test('every turn of the library reads what a replay compares', async () => {
  const files = globSync('*.jsonl', { cwd: library });
  expect(files.length).toBeGreaterThan(30);
  for (const file of files) {
    const recording = await readRecording(join(library, file));
    const story = tellStory(recording);
    const read = turnsOf(story).map((turn) => {
      const context = contextOf(story, turn);
      return {
        system: context?.system.map(({ text }) => text),
        tools: context?.tools.map(({ definition }) => definition),
        settings: context?.settings,
        messages: context?.messages,
      };
    });
    const replayed = layOut(recording).exchanges.flatMap((each) =>
      each.t === 'model' ? [each.request] : [],
    );
    expect({ file, read }).toEqual({ file, read: replayed });
  }
});

test('sub-agents belong to the turn that planned them, and every call of a tool to the turn that asked', async () => {
  const { lanes, steps } = tellStory(await readRecording(join(library, 'S-08.jsonl')));
  const investigators = lanes.filter(({ subAgent }) => subAgent > 0);
  expect(investigators.map(({ agent }) => agent)).toEqual([
    'billing-investigator',
    'technical-investigator',
    'sales-investigator',
  ]);
  for (const { parent = -1 } of investigators) {
    // The third draft of the plan, after two that were refused.
    expect(steps[parent]).toMatchObject({
      kind: 'model',
      place: { lane: '1/supervisor', ordinal: 2 },
    });
  }
  const tools = steps.filter((step) => step.kind === 'tool');
  expect(
    tools.map(({ askedBy = -1, call }) => {
      const turn = steps[askedBy];
      return turn?.kind === 'model' && turn.answer.calls.some((each) => each.call === call);
    }),
  ).not.toContain(false);
});

test('an approval is one thread: asked, stopped, decided, done', async () => {
  const { steps } = tellStory(await readRecording(join(library, 'H-01.jsonl')));
  const decision = steps.find((step) => step.kind === 'decision');
  if (decision?.askedBy === undefined) throw new Error('nobody was asked');
  const turn = steps[decision.askedBy];
  const thread = turn?.kind === 'model' ? turn.answer.calls[0]?.steps : undefined;
  const told = thread?.map((index) => {
    const step = steps[index];
    return step?.kind === 'tool' ? step.outcome.kind : step?.kind;
  });
  expect(told).toEqual(['approval-required', 'decision', 'completed']);
  expect(decision.about).toBe(thread?.[0]);
});

test('what a run read before a turn stands in the lane of the turn', async () => {
  const { lanes, steps } = tellStory(await readRecording(join(library, 'D-08.jsonl')));
  const index = steps.findIndex(({ kind }) => kind === 'steering');
  expect(lanes.find(({ lane }) => lane === '1/billing')?.steps).toContain(index);
  expect(lanes.map(({ lane }) => lane)).not.toContain('1/billing/steering');
});

test('calls that another tool recorded are told as model turns, with what they repeat told once', async () => {
  const out = await mkdtemp(join(tmpdir(), 'groundhog-story-'));
  try {
    const { recordings } = await importFiles({
      format: 'vcr',
      files: [join(fixtures, 'vcrpy.yaml')],
      out,
    });
    const story = tellStory(await readImported(recordings[0]?.recording ?? ''));
    const [first, second] = turnsOf(story);
    if (first === undefined || second === undefined) throw new Error('two calls were recorded');
    expect(story.imported?.fidelity).toBe('wire');
    expect(story.definitions.map(({ id }) => id)).toEqual(['tool:getWeather', 'tool:getWeather~2']);
    expect(first.answer).toMatchObject({
      calls: [{ call: 'call_7Qx', tool: 'getWeather', input: { city: 'Paris', y: 'no' } }],
      finish: 'tool-calls',
      tokens: { input: 41, output: 17 },
    });
    expect(second.answer.text).toBe('It is 22 degrees in Paris.');
    expect(contextOf(story, first)?.messages).toHaveLength(first.context?.added.length ?? -1);
  } finally {
    await rm(out, { recursive: true });
  }
});

test('2,000 turns are told in as many steps, and only the one looked at is put together', async () => {
  const recording = await recordParcelSession();
  const story = tellStory(withTurns(recording, 2_000));
  const held = turnsOf(story).reduce((sum, { context }) => sum + (context?.added.length ?? 0), 0);
  expect(held).toBe(4_000);
  const last = turnsOf(story).at(-1);
  if (last === undefined) throw new Error('there are turns');
  const messages = contextOf(story, last)?.messages ?? [];
  expect(messages).toHaveLength(4_000);
  expect(messages.slice(0, 3)).toEqual(['asked 0', 'answered 0', 'asked 1']);
});

/** A session of one agent that speaks so many times. */
function withTurns(recording: Recording, turns: number): Recording {
  return {
    ...recording,
    exchanges: Array.from({ length: turns }, (_, n) => ({
      t: 'model',
      lane: '1/parcels',
      n,
      request: {
        keep: 2 * n,
        system: [],
        tools: [],
        settings: {},
        messages: [`asked ${n}`, `answered ${n}`],
      },
      answer: { parts: [] },
    })),
  };
}
