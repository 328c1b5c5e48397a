import { expect, test } from 'vitest';
import { z } from 'zod';
import { createHarness, type Harness } from '../create-harness.ts';
import { liveModel } from '../model/live-model.ts';
import { memoryBacking } from '../testing/memory-backing.ts';
import { startOpenAiServer } from '../testing/openai-server.ts';
import { lastToolResult, type Play, type PlaybookAnswer } from '../testing/playbook.ts';
import { scriptedModel } from '../testing/scripted-model.ts';
import { simulatedHost } from '../testing/simulated-host.ts';
import { defineTool, type Tool } from '../tools/define-tool.ts';
import { RetryableToolError } from '../tools/retryable-tool-error.ts';
import { ToolRefusal } from '../tools/tool-refusal.ts';
import { type Agent, defineAgent, definePrompt } from './define-agent.ts';

const principal = { id: 'cus_1', role: 'customer', tenant: 'larkspur' };

const double = defineTool({
  name: 'double',
  version: '1',
  owner: 'tests',
  description: 'Doubles a number.',
  input: z.object({ value: z.number() }),
  output: z.object({ value: z.number() }),
  effect: 'compute',
  agents: ['helper'],
  execute: async ({ value }) => ({ value: value * 2 }),
});

function helper(options: Partial<Agent> = {}): Agent {
  return defineAgent({
    name: 'helper',
    prompt: definePrompt('helper', 'You help.'),
    tools: [double],
    handoffs: [],
    turnLimit: 4,
    ...options,
  });
}

/** Answers turn by turn, whatever is said. */
function inTurn(...answers: readonly PlaybookAnswer[]): { name: string; plays: readonly Play[] } {
  return {
    name: 'in turn',
    plays: answers.map((answer, index) => ({
      name: `turn ${index + 1}`,
      when: ({ messages }) =>
        messages.filter((message) => message.role === 'assistant').length === index,
      answer: () => answer,
    })),
  };
}

async function open(
  answers: readonly PlaybookAnswer[],
  agents: readonly Agent[] = [helper()],
): Promise<Harness> {
  return createHarness({
    agents,
    entry: agents[0]?.name ?? '',
    model: scriptedModel(inTurn(...answers)),
    backing: memoryBacking(),
    host: simulatedHost({ startsAt: 0, seed: 1 }),
  });
}

async function play(harness: Harness, text = 'hello'): Promise<readonly string[]> {
  await harness.outcome(
    await harness.send({ sessionId: 'session', messageId: 'run', text, principal }),
  );
  const events = await harness.events('session');
  return events.map(({ step, fact }) =>
    fact.type === 'tool-failed' ? `${step} tool-failed ${fact.error.code}` : `${step} ${fact.type}`,
  );
}

const calls = (...inputs: readonly unknown[]): PlaybookAnswer => ({
  calls: inputs.map((input) => ({ tool: 'double', input })),
});

test('a model that asks for tools twice takes three turns, and every call has one result', async () => {
  await using harness = await open([calls({ value: 1 }), calls({ value: 2 }), { text: 'Six.' }]);
  expect(await play(harness)).toEqual([
    'receive-message message-received',
    'receive-message run-started',
    'model#1 model-turn-completed',
    'model#1 tool-requested',
    'double#1 tool-completed',
    'model#2 model-turn-completed',
    'model#2 tool-requested',
    'double#2 tool-completed',
    'model#3 model-turn-completed',
    'end run-completed',
  ]);
  expect(await harness.outcome('run')).toEqual({ kind: 'answered', agent: 'helper', text: 'Six.' });
});

test('every model turn says which prompt was in force, by the fingerprint of its text', async () => {
  await using harness = await open([calls({ value: 1 }), { text: 'two' }]);
  await play(harness);
  const prompts = (await harness.events('session')).flatMap(({ fact }) =>
    fact.type === 'model-turn-completed' ? [fact.prompt] : [],
  );
  const { fingerprint } = definePrompt('helper', 'You help.');
  expect(prompts).toEqual([fingerprint, fingerprint]);
  expect(definePrompt('helper', 'You help!').fingerprint).not.toBe(fingerprint);
});

test('the text deltas of a turn, joined, are its text', async () => {
  const text = 'A sentence long enough to be streamed in several pieces, which are joined again.';
  await using harness = await open([{ text }]);
  await play(harness);
  const deltas = await harness.deltas('session');
  expect(deltas.length).toBeGreaterThan(1);
  expect(deltas.map((delta) => delta.text).join('')).toBe(text);
});

test('a viewer sees the first text before the model has finished its answer', async () => {
  await using server = await startOpenAiServer({
    playbook: {
      name: 'm',
      plays: [
        { name: 'any', when: () => true, answer: () => ({ text: 'One word after the other.' }) },
      ],
    },
    faults: ['stalled-stream'],
  });
  const stop = new AbortController();
  const harness = await createHarness({
    agents: [helper()],
    entry: 'helper',
    model: await liveModel({ apiKey: 'test', baseUrl: server.url, model: 'm' }),
    backing: memoryBacking(),
  });
  const items = harness.subscribe('session', { after: 0, signal: stop.signal });
  await harness.send({ sessionId: 'session', messageId: 'run', text: 'hello', principal });
  // The provider stalls for ever behind its first words: whatever arrives here arrived before the end.
  for await (const item of items) if (item.kind === 'text-delta') break;
  const told = (await harness.events('session')).map(({ fact }) => fact.type);
  expect(told).toEqual(['message-received', 'run-started']);
  expect(await harness.pendingRuns()).toEqual(['run']);
  stop.abort();
});

test('calls of one turn are answered in their order, each as a step of its own', async () => {
  await using harness = await open([calls({ value: 1 }, { value: 2 }), { text: 'done' }]);
  await play(harness);
  expect(await harness.savedSteps('run')).toEqual([
    'receive-message',
    'model#1',
    'double#1',
    'double#2',
    'model#2',
  ]);
});

test('a model that never stops asking is stopped at the turn limit, with no call left open', async () => {
  await using harness = await open(Array.from({ length: 9 }, (_, value) => calls({ value })));
  const events = await play(harness);
  expect(events.filter((event) => event.endsWith('tool-requested'))).toHaveLength(4);
  expect(events.filter((event) => event.endsWith('tool-completed'))).toHaveLength(4);
  expect(await harness.outcome('run')).toEqual({
    kind: 'failed',
    agent: 'helper',
    error: { code: 'TURN_LIMIT_REACHED', message: 'helper gave no answer within 4 turns' },
  });
});

test('a call of an unknown tool, or with input that does not fit, is answered with an error the model sees', async () => {
  await using harness = await open([
    { calls: [{ tool: 'transferMoney', input: {} }] },
    calls({ value: 'many' }),
    { text: 'sorry' },
  ]);
  const events = await play(harness);
  expect(events.filter((event) => event.includes('tool-failed'))).toEqual([
    'model#1 tool-failed TOOL_CALL_INVALID',
    'model#2 tool-failed TOOL_CALL_INVALID',
  ]);
  expect(await harness.savedSteps('run')).toEqual([
    'receive-message',
    'model#1',
    'model#2',
    'model#3',
  ]);
});

function failing(error: () => Error): { readonly tool: Tool; readonly tries: () => number } {
  let tries = 0;
  return {
    tries: () => tries,
    tool: defineTool({
      name: 'double',
      version: '1',
      owner: 'tests',
      description: 'Fails.',
      input: z.object({ value: z.number() }),
      output: z.object({ value: z.number() }),
      effect: 'read',
      agents: ['helper'],
      execute: async () => {
        tries += 1;
        throw error();
      },
    }),
  };
}

test.for([
  [
    'a refusal',
    () => new ToolRefusal('NOT_YOURS', 'ch_B1 is another customer’s.'),
    1,
    'NOT_YOURS: ch_B1 is another customer’s.',
  ],
  [
    'a world that does not answer',
    () => new RetryableToolError('WORLD_DOWN', 'no answer'),
    3,
    'WORLD_DOWN: no answer',
  ],
  [
    'a bug, whose innards stay inside',
    () => new RangeError('secret sk-12345'),
    1,
    'TOOL_BROKEN: The tool failed (RangeError).',
  ],
] as const)('the model is told of %s and the run goes on', async ([, error, tries, told]) => {
  const broken = failing(error);
  const seen: unknown[] = [];
  const model = scriptedModel({
    name: 'one call',
    plays: [
      {
        name: 'call',
        when: (conversation) => lastToolResult(conversation, 'double') === undefined,
        answer: () => calls({ value: 1 }),
      },
      {
        name: 'answer',
        when: () => true,
        answer: (conversation) => {
          seen.push(lastToolResult(conversation, 'double')?.output);
          return { text: 'It did not work.' };
        },
      },
    ],
  });
  await using harness = await createHarness({
    agents: [helper({ tools: [broken.tool] })],
    entry: 'helper',
    model,
    backing: memoryBacking(),
    host: simulatedHost({ startsAt: 0, seed: 1 }),
  });
  await play(harness);
  expect(await harness.outcome('run')).toMatchObject({ kind: 'answered' });
  expect(broken.tries()).toBe(tries);
  expect(seen).toEqual([{ error: told }]);
});

test('what a transactional tool wrote before it failed is not kept', async () => {
  const half = defineTool({
    name: 'double',
    version: '1',
    owner: 'tests',
    description: 'Writes, then fails.',
    input: z.object({ value: z.number() }),
    output: z.object({ value: z.number() }),
    effect: 'transactional',
    agents: ['helper'],
    execute: async ({ value }, { records }) => {
      await records.put({ collection: 'values', key: String(value), value });
      if (value === 1) throw new ToolRefusal('ODD', 'odd');
      return { value };
    },
  });
  await using harness = await open(
    [calls({ value: 1 }, { value: 2 }), { text: 'done' }],
    [helper({ tools: [half] })],
  );
  await play(harness);
  expect(await harness.records('session')).toEqual([{ collection: 'values', key: '2', value: 2 }]);
});

test.for([
  ['it had happened', true, 'completed', 1],
  ['it had not happened', false, 'completed', 2],
  ['nobody can tell', undefined, 'EFFECT_UNKNOWN', 1],
] as const)(
  'an effect without a key, begun in an earlier life, is never repeated blindly: %s',
  async ([, happened, end, files]) => {
    let filed = 0;
    const claim = {
      name: 'double',
      version: '1',
      owner: 'tests',
      description: 'Files a claim with a carrier that keeps no keys.',
      input: z.object({ value: z.number() }),
      output: z.object({ value: z.number() }),
      effect: 'unkeyed',
      agents: ['helper'],
      execute: async ({ value }: { value: number }) => {
        filed += 1;
        // The life that began it ends here, as far as the run can tell.
        return { value };
      },
    } as const;
    const tool =
      happened === undefined
        ? defineTool(claim)
        : defineTool({
            ...claim,
            reconcile: async ({ value }: { value: number }) =>
              happened ? { happened, output: { value } } : { happened },
          });
    const backing = memoryBacking();
    await using harness = await createHarness({
      agents: [helper({ tools: [tool] })],
      entry: 'helper',
      model: scriptedModel(inTurn(calls({ value: 1 }), { text: 'done' })),
      backing: {
        ...backing,
        openRunner: (body, observer, host) =>
          backing.openRunner(
            (request, steps) =>
              body(request, {
                ...steps,
                // The step's body runs, its result is lost, and it runs again.
                run: async (name, step) => {
                  if (name === 'double#1') await step();
                  return steps.run(name, step);
                },
              }),
            observer,
            host,
          ),
      },
    });
    const events = await play(harness);
    expect(filed).toBe(files);
    expect(events.find((event) => event.startsWith('double#1'))).toContain(end);
  },
);

test('a tool for staff is refused to a customer, whatever the model was shown', async () => {
  const staffOnly = { ...double, roles: ['billing_agent'] };
  await using harness = await open(
    [calls({ value: 1 }), { text: 'no' }],
    [helper({ tools: [staffOnly] })],
  );
  expect(await play(harness)).toContain('double#1 tool-failed TOOL_NOT_PERMITTED');
});

test('a hand-off moves control, keeps the transcript, and the next message goes to who spoke last', async () => {
  const agents = [
    helper({ name: 'triage', tools: [], handoffs: ['helper'] }),
    helper({ prompt: definePrompt('helper', 'You double.') }),
  ];
  await using harness = await open(
    [
      { calls: [{ tool: 'handoff', input: { to: 'helper', reason: 'numbers' } }] },
      { text: 'four' },
      { text: 'eight' },
    ],
    agents,
  );
  await play(harness);
  const second = { sessionId: 'session', messageId: 'again', text: 'and now?', principal };
  expect(await harness.outcome(await harness.send(second))).toEqual({
    kind: 'answered',
    agent: 'helper',
    text: 'eight',
  });
  const facts = (await harness.events('session')).map((event) => event.fact);
  expect(facts.filter((fact) => fact.type === 'handed-off')).toEqual([
    { type: 'handed-off', from: 'triage', to: 'helper', reason: 'numbers' },
  ]);
  expect(facts.filter((fact) => fact.type === 'run-started').map((fact) => fact.agent)).toEqual([
    'triage',
    'helper',
  ]);
});

test('a hand-off to nobody on the list is an error the model sees, and nobody moves', async () => {
  const agents = [helper({ handoffs: ['other'] }), helper({ name: 'other', tools: [] })];
  await using harness = await open(
    [{ calls: [{ tool: 'handoff', input: { to: 'legal', reason: 'divorce' } }] }, { text: 'No.' }],
    agents,
  );
  expect(await play(harness)).toContain('model#1 tool-failed TOOL_CALL_INVALID');
  expect(await harness.outcome('run')).toMatchObject({ agent: 'helper' });
});

test('a message delivered twice is one run; another message under its id is refused', async () => {
  await using harness = await open([{ text: 'once' }]);
  const message = { sessionId: 'session', messageId: 'run', text: 'hello', principal };
  await Promise.all([harness.send(message), harness.send(message), harness.send(message)]);
  await harness.outcome('run');
  await expect(harness.send({ ...message, text: 'other' })).rejects.toMatchObject({
    code: 'MESSAGE_ID_TAKEN',
  });
  expect(
    (await harness.events('session')).filter(({ fact }) => fact.type === 'run-started'),
  ).toHaveLength(1);
});

test.for([
  ['cut-stream', 'MODEL_TURN_UNUSABLE'],
  ['error-event', 'MODEL_UNAVAILABLE'],
] as const)(
  'a turn whose stream ends in %s is never taken for an answer',
  async ([fault, code]) => {
    await using server = await startOpenAiServer({
      playbook: {
        name: 'm',
        plays: [
          { name: 'any', when: () => true, answer: () => ({ text: 'A whole and good answer.' }) },
        ],
      },
      faults: [fault],
    });
    await using harness = await createHarness({
      agents: [helper()],
      entry: 'helper',
      model: await liveModel({ apiKey: 'test', baseUrl: server.url, model: 'm' }),
      backing: memoryBacking(),
      host: simulatedHost({ startsAt: 0, seed: 1 }),
    });
    await play(harness);
    expect(await harness.outcome('run')).toMatchObject({ kind: 'failed', error: { code } });
    expect(server.requests()).toBe(1);
  },
);

test('a call that fails before its first text is made again', async () => {
  await using server = await startOpenAiServer({
    playbook: {
      name: 'm',
      plays: [{ name: 'any', when: () => true, answer: () => ({ text: 'Here I am.' }) }],
    },
    faults: ['rate-limited', 'server-error', 'none'],
  });
  await using harness = await createHarness({
    agents: [helper()],
    entry: 'helper',
    model: await liveModel({ apiKey: 'test', baseUrl: server.url, model: 'm' }),
    backing: memoryBacking(),
    host: simulatedHost({ startsAt: 0, seed: 1 }),
  });
  await play(harness);
  expect(await harness.outcome('run')).toMatchObject({ kind: 'answered', text: 'Here I am.' });
  expect(server.requests()).toBe(3);
});

test('agents that do not fit together are refused, with everything that is wrong', async () => {
  const agents = [
    helper({ name: 'triage', handoffs: ['legal'], turnLimit: 0 }),
    helper({ tools: [double, double] }),
  ];
  await expect(open([], agents)).rejects.toThrowErrorMatchingInlineSnapshot(
    `[TeamInvalidError: The agents triage, helper do not fit together: triage hands off to legal, who is not among them; triage carries double, which does not permit it; triage has the turn limit 0; helper has two tools named double. Correct the agents, their tools or their handoffs.]`,
  );
});
