import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { type Agent, defineAgent, definePrompt, type Supervision } from '../agent/define-agent.ts';
import {
  type Backing,
  createHarness,
  type Harness,
  type HarnessOptions,
} from '../create-harness.ts';
import { durableBacking } from '../durable-backing.ts';
import { openHarnessDatabase } from '../open-harness-database.ts';
import type { Approval } from '../session/approval.ts';
import type { Fact, SessionEvent } from '../session/event.ts';
import { inLogicalOrder, isSubRun } from '../session/sub-run.ts';
import type { Database } from '../storage/open-database.ts';
import type { Conversation } from '../testing/conversation.ts';
import { memoryBacking } from '../testing/memory-backing.ts';
import { lastToolResult, type PlaybookAnswer } from '../testing/playbook.ts';
import { scriptedModel } from '../testing/scripted-model.ts';
import { defineTool, type Tool } from '../tools/define-tool.ts';

let database: Database;
beforeAll(async () => {
  database = await openHarnessDatabase({ kind: 'pglite', dataDir: 'memory' });
});
afterAll(() => database.close());

const backings: Readonly<Record<string, () => Promise<Backing>>> = {
  memory: async () => memoryBacking(),
  PGlite: () =>
    durableBacking({
      database,
      identity: { application: 'supervision', version: '1', executorId: 'one' },
      recoveryPollingMs: 5,
    }),
};

const customer = { id: 'cus_1', role: 'customer', tenant: 'larkspur' };
const names = ['ledger', 'manual', 'prices'] as const;

/** What the model writes: one entry for each time it is asked, the last one from then on. */
interface Script {
  readonly plans: readonly string[];
  readonly syntheses?: readonly string[];
  /** An investigator's answer once it has looked something up. */
  readonly report?: (agent: string, conversation: Conversation) => PlaybookAnswer;
}

interface Team {
  /** What else the harness is opened with. */
  readonly rules?: Pick<HarnessOptions, 'budget' | 'limits' | 'output'>;
  readonly lookUp: (agent: string, objective: string) => Promise<string>;
  readonly supervision?: Partial<Supervision>;
  readonly tools?: readonly Tool[];
  /** Told of every event as a viewer would be. */
  readonly onEvent?: (event: SessionEvent) => void;
}

const planFor = (agents: readonly string[]): string =>
  JSON.stringify({ objectives: agents.map((agent) => ({ agent, objective: `Ask ${agent}.` })) });

const citing = (ids: readonly string[], without: readonly string[] = []): string =>
  JSON.stringify({
    summary: 'So it is.',
    cites: ids,
    setsAside: without.map((finding) => ({ finding, reason: 'It failed.' })),
  });

const reportOf = (about: string, says: string): PlaybookAnswer => ({
  text: JSON.stringify({
    summary: `${about}: ${says}`,
    claims: [{ about, says, evidence: [] }],
  }),
});

const attemptsIn = ({ messages }: Conversation): number =>
  messages.filter(
    ({ role, ...rest }) => role === 'user' && JSON.stringify(rest).includes('Write it anew'),
  ).length;

function answerBy(
  { plans, syntheses = [], report }: Script,
  conversation: Conversation,
): PlaybookAnswer {
  const { system } = conversation;
  const attempt = attemptsIn(conversation);
  if (system.includes('Write the plan')) return { text: plans[attempt] ?? plans.at(-1) ?? '' };
  if (system.includes('Put the findings together')) {
    return { text: syntheses[attempt] ?? syntheses.at(-1) ?? '' };
  }
  const investigator = names.find((name) => system === `You are ${name}.`);
  if (investigator === undefined) return { text: `${system} All is said.` };
  const found = lastToolResult(conversation, 'lookUp');
  if (found === undefined) return { calls: [{ tool: 'lookUp', input: {} }] };
  return (
    report?.(investigator, conversation) ?? reportOf(investigator, JSON.stringify(found.output))
  );
}

const agentNamed = (name: string, rest: Partial<Agent> = {}): Agent =>
  defineAgent({
    name,
    prompt: definePrompt(name, `You are ${name}.`),
    tools: [],
    handoffs: [],
    turnLimit: 3,
    ...rest,
  });

function teamOf({ lookUp, supervision, tools = [] }: Team): readonly Agent[] {
  const lookUpTool = (name: string): Tool =>
    defineTool({
      name: 'lookUp',
      version: '1',
      owner: 'tests',
      description: 'Looks something up.',
      input: z.object({}),
      output: z.object({ found: z.string() }),
      effect: 'read',
      agents: [name],
      execute: async (_input, { runId }) => ({ found: await lookUp(name, runId) }),
    });
  return [
    agentNamed('supervisor', {
      supervises: {
        investigators: names,
        objectiveLimit: 8,
        concurrency: 3,
        fallback: 'alone',
        ...supervision,
      },
    }),
    agentNamed('alone'),
    ...names.map((name) => agentNamed(name, { tools: [lookUpTool(name), ...tools] })),
  ];
}

async function play<Result>(
  backing: string,
  { script, team }: { readonly script: Script; readonly team: Team },
  ask: (harness: Harness, events: readonly SessionEvent[]) => Promise<Result> | Result,
): Promise<Result> {
  sessions += 1;
  const sessionId = `supervised-${sessions}`;
  await using harness = await createHarness({
    agents: teamOf(team),
    entry: 'supervisor',
    model: scriptedModel({
      name: 'supervised',
      plays: [{ name: 'any', when: () => true, answer: (each) => answerBy(script, each) }],
    }),
    backing: (await backings[backing]?.()) ?? memoryBacking(),
    ...team.rules,
  });
  const runId = `${sessionId}/1`;
  const leaving = new AbortController();
  const viewing = follow(harness, { sessionId, signal: leaving.signal }, team.onEvent);
  await harness.send({ sessionId, messageId: runId, text: 'What is wrong?', principal: customer });
  if (team.supervision?.gate !== undefined) await decidePlan(harness, sessionId);
  await harness.outcome(runId);
  leaving.abort();
  await viewing;
  return ask(harness, await harness.events(sessionId));
}
let sessions = 0;

async function follow(
  harness: Harness,
  { sessionId, signal }: { readonly sessionId: string; readonly signal: AbortSignal },
  onEvent: Team['onEvent'],
): Promise<void> {
  if (onEvent === undefined) return;
  for await (const item of harness.subscribe(sessionId, { after: 0, signal })) {
    if (item.kind === 'event') onEvent(item.event);
  }
}

/** Lets the plan that waits pass without its last objective. */
async function decidePlan(harness: Harness, sessionId: string): Promise<void> {
  let asked: Approval | undefined;
  while (asked === undefined) {
    await nextTurn();
    [asked] = await harness.approvals.list('larkspur', sessionId);
  }
  const { objectives } = z.object({ objectives: z.array(z.json()) }).parse(asked.arguments);
  await harness.approvals.decide({
    approvalId: asked.approvalId,
    by: { id: 'lee', role: 'lead', tenant: 'larkspur' },
    verdict: 'approve',
    reason: 'Without the last.',
    editedArguments: { objectives: objectives.slice(0, -1) },
  });
}

const typesOf = (events: readonly SessionEvent[]): readonly string[] =>
  inLogicalOrder(events).map(({ runId, fact }) =>
    isSubRun(runId) ? `${runId.slice(runId.indexOf('~'))} ${fact.type}` : fact.type,
  );

function only<Type extends Fact['type']>(
  events: readonly SessionEvent[],
  type: Type,
): readonly Extract<Fact, { type: Type }>[] {
  return events.flatMap(({ fact }) => (isOf(fact, type) ? [fact] : []));
}

function isOf<Type extends Fact['type']>(
  fact: Fact,
  type: Type,
): fact is Extract<Fact, { type: Type }> {
  return fact.type === type;
}

const allReport: Script = {
  plans: [planFor(names)],
  syntheses: [citing(['finding-1', 'finding-2', 'finding-3'])],
};

/** Resolves for everybody when so many have come. */
function meetingOf(count: number): () => Promise<void> {
  const full = Promise.withResolvers<void>();
  let come = 0;
  return () => {
    come += 1;
    if (come === count) full.resolve();
    return full.promise;
  };
}

const subAgentStory = (number: number): readonly string[] =>
  [
    'sub-agent-started',
    'model-turn-completed',
    'tool-requested',
    'tool-completed',
    'model-turn-completed',
    'run-completed',
    'sub-agent-completed',
  ].map((type) => `~${number} ${type}`);

test.for(Object.keys(backings))(
  '%s: three find out side by side, one puts it together, acts and answers',
  async (backing) => {
    // Nobody is answered before all three have asked: one after the other they would wait for ever.
    const meet = meetingOf(3);
    const team = { lookUp: async (agent: string) => meet().then(() => `by ${agent}`) };
    await play(backing, { script: allReport, team }, (_harness, events) => {
      expect(typesOf(events)).toEqual([
        'message-received',
        'run-started',
        'plan-made',
        ...subAgentStory(1),
        ...subAgentStory(2),
        ...subAgentStory(3),
        'findings-gathered',
        'synthesis-made',
        'model-turn-completed',
        'run-completed',
      ]);
      expect(only(events, 'findings-gathered')).toMatchObject([
        {
          findings: names.map((agent, index) => ({
            id: `finding-${index + 1}`,
            agent,
            status: 'reported',
            report: { claims: [{ says: `{"found":"by ${agent}"}` }] },
          })),
          contradictions: [],
        },
      ]);
      expect(only(events, 'run-completed').at(-1)).toMatchObject({
        agent: 'supervisor',
        text: 'You are supervisor. All is said.',
      });
    });
  },
);

test.for(Object.keys(backings))(
  '%s: a plan takes as long as its slowest objective: all are begun before one ends, and gathered after the last',
  async (backing) => {
    // Each speaks when those before it in this order have reported: one at a time, the first would wait for ever.
    const order = ['prices', 'ledger', 'manual'];
    const reported = new Map(order.map((agent) => [agent, Promise.withResolvers<void>()]));
    const lookUp = async (agent: string): Promise<string> => {
      await reported.get(order[order.indexOf(agent) - 1] ?? '')?.promise;
      return `by ${agent}`;
    };
    const onEvent = (event: SessionEvent): void => {
      if (isOf(event.fact, 'sub-agent-completed')) reported.get(event.fact.agent)?.resolve();
    };
    await play(backing, { script: allReport, team: { lookUp, onEvent } }, (_harness, events) => {
      const seqOf = (type: Fact['type']): readonly number[] =>
        events.flatMap(({ seq, fact }) => (fact.type === type ? [seq] : []));
      expect(only(events, 'sub-agent-completed').map(({ agent }) => agent)).toEqual(order);
      expect(Math.max(...seqOf('sub-agent-started'))).toBeLessThan(
        Math.min(...seqOf('sub-agent-completed')),
      );
      expect(seqOf('findings-gathered')).toEqual([Math.max(...seqOf('sub-agent-completed')) + 1]);
    });
  },
);

test.for(Object.keys(backings))('%s: no more work at a time than may', async (backing) => {
  let inside = 0;
  let most = 0;
  let partner = meetingOf(2);
  // Everybody waits for one other, so one at a time would wait for ever.
  const lookUp = async (): Promise<string> => {
    inside += 1;
    most = Math.max(most, inside);
    const met = partner();
    if (inside === 2) partner = meetingOf(2);
    await met;
    inside -= 1;
    return 'something';
  };
  const agents = [...names, ...names];
  const ids = agents.map((_, index) => `finding-${index + 1}`);
  const script = { plans: [planFor(agents)], syntheses: [citing(ids)] };
  const team = { lookUp, supervision: { concurrency: 2 } };
  await play(backing, { script, team }, (_harness, events) => {
    expect(only(events, 'sub-agent-completed')).toHaveLength(6);
  });
  expect(most).toBe(2);
});

test('what one cannot find out is a finding with its reason, and no gap is filled', async () => {
  const script = {
    plans: [planFor(names)],
    syntheses: [
      // A failure cited, and one left unmentioned: both are refused.
      citing(['finding-1', 'finding-2']),
      citing(['finding-1', 'finding-3'], ['finding-2']),
    ],
    report: (agent: string) => (agent === 'manual' ? { text: 'no report' } : reportOf(agent, 'so')),
  };
  await play('memory', { script, team: { lookUp: async () => 'it' } }, (_harness, events) => {
    expect(only(events, 'sub-agent-failed')).toMatchObject([{ agent: 'manual' }]);
    expect(only(events, 'findings-gathered')).toMatchObject([
      {
        findings: [
          { status: 'reported' },
          { status: 'failed', error: { code: 'REPORT_INVALID' } },
          { status: 'reported' },
        ],
      },
    ]);
    expect(only(events, 'answer-refused')).toMatchObject([
      {
        asked: 'synthesis',
        faults: [
          'finding-3 is neither cited nor set aside',
          'finding-2 has reported nothing and cannot be cited',
        ],
      },
    ]);
    expect(only(events, 'synthesis-made')).toMatchObject([
      { by: 'model', synthesis: { setsAside: [{ finding: 'finding-2' }] } },
    ]);
  });
});

test('who uses up its turns is incomplete', async () => {
  const script = {
    plans: [planFor(['ledger'])],
    syntheses: [citing([], ['finding-1'])],
    report: () => ({ calls: [{ tool: 'lookUp', input: {} }] }),
  };
  await play('memory', { script, team: { lookUp: async () => 'more' } }, (_harness, events) => {
    expect(only(events, 'findings-gathered')).toMatchObject([
      { findings: [{ status: 'incomplete', error: { code: 'TURN_LIMIT_REACHED' } }] },
    ]);
  });
});

test('findings that contradict each other are flagged, whatever the synthesis says', async () => {
  const script = {
    ...allReport,
    report: (agent: string) => reportOf('ch_A2', agent === 'manual' ? 'It drops off.' : 'Settled.'),
  };
  await play('memory', { script, team: { lookUp: async () => 'it' } }, (_harness, events) => {
    expect(only(events, 'findings-gathered')).toMatchObject([
      {
        contradictions: [
          {
            about: 'ch_A2',
            statements: [
              { finding: 'finding-1', says: 'Settled.' },
              { finding: 'finding-2', says: 'It drops off.' },
              { finding: 'finding-3', says: 'Settled.' },
            ],
          },
        ],
      },
    ]);
  });
});

test('a plan that is none is asked for twice more, and then one agent goes on alone', async () => {
  const stranger = planFor(['astrologer']);
  const team = { lookUp: async () => 'it' };
  const repaired = { ...allReport, plans: ['not JSON', stranger, planFor(names)] };
  await play('memory', { script: repaired, team }, (_harness, events) => {
    expect(only(events, 'answer-refused').map(({ asked }) => asked)).toEqual(['plan', 'plan']);
    expect(only(events, 'plan-made')).toHaveLength(1);
  });
  await play('memory', { script: { plans: [stranger] }, team }, async (harness, events) => {
    expect(typesOf(events)).toEqual([
      'message-received',
      'run-started',
      ...Array.from({ length: 3 }, () => 'answer-refused'),
      'plan-abandoned',
      'handed-off',
      'model-turn-completed',
      'run-completed',
    ]);
    expect(only(events, 'plan-abandoned')[0]?.reason).toBe(
      'no plan came off: there is no investigator astrologer; there are ledger, manual, prices',
    );
    expect(await harness.outcome(`${events[0]?.runId}`)).toMatchObject({ agent: 'alone' });
  });
});

test.for(Object.keys(backings))(
  '%s: a person changes the plan before it is carried out',
  async (backing) => {
    const gate = { roles: ['lead'], reason: 'Plans are looked at.' };
    const script = { plans: [planFor(names)], syntheses: [citing(['finding-1', 'finding-2'])] };
    const team = { lookUp: async () => 'it', supervision: { gate } };
    await play(backing, { script, team }, (_harness, events) => {
      expect(
        only(events, 'sub-agent-started')
          .map(({ agent }) => agent)
          .toSorted(),
      ).toEqual(['ledger', 'manual']);
      expect(only(events, 'approval-decided')).toMatchObject([
        { tool: 'plan', verdict: 'approved', decidedBy: 'lee' },
      ]);
    });
  },
);

const note = defineTool({
  name: 'note',
  version: '1',
  owner: 'tests',
  description: 'Writes a note.',
  input: z.object({}),
  output: z.object({}),
  effect: 'transactional',
  agents: [...names],
  execute: async (_input, { records }) => {
    await records.put({ collection: 'notes', key: 'n', value: 'written' });
    return {};
  },
});

test.for(Object.keys(backings))(
  '%s: an investigator that writes is refused and goes on',
  async (backing) => {
    const script = {
      plans: [planFor(['ledger'])],
      syntheses: [citing(['finding-1'])],
      report: (agent: string, conversation: Conversation) =>
        lastToolResult(conversation, 'note') === undefined
          ? { calls: [{ tool: 'note', input: {} }] }
          : reportOf(agent, 'so'),
    };
    const team = { lookUp: async () => 'it', tools: [note] };
    await play(backing, { script, team }, async (harness, events) => {
      expect(only(events, 'tool-failed')).toMatchObject([
        { tool: 'note', error: { code: 'READ_ONLY' } },
      ]);
      expect(only(events, 'sub-agent-completed')).toHaveLength(1);
      const records = await harness.records(events[0]?.sessionId ?? '');
      expect(records.map(({ collection }) => collection)).toEqual(['groundhog.findings']);
    });
  },
);

const lookedUp = { lookUp: async () => 'it' };
const quota = {
  id: 'tokens a day',
  per: ['principal'],
  unit: 'tokens',
  windowMs: 86_400_000,
} as const;

/** How a run ends: with which failure, and behind which other facts. */
const endingWith = (rules: NonNullable<Team['rules']>, script: Script): Promise<unknown> =>
  play('memory', { script, team: { ...lookedUp, rules } }, (_harness, events) => [
    ...typesOf(events).filter((type) => !type.startsWith('~')),
    ...only(events, 'output-withheld').flatMap(({ codes }) => codes),
    ...only(
      events.filter(({ runId }) => !isSubRun(runId)),
      'run-failed',
    ).map(({ error }) => error.code),
  ]);

test('plans and syntheses count against the budget of the run and against quotas', async () => {
  const received = ['message-received', 'run-started'];
  // Whoever has written one plan, or had one refused, has used a token and more.
  expect(await endingWith({ budget: { tokens: 1 } }, allReport)).toEqual([
    ...received,
    'plan-made',
    'findings-gathered',
    'run-failed',
    'BUDGET_EXCEEDED',
  ]);
  expect(await endingWith({ budget: { tokens: 1 } }, { plans: ['no plan'] })).toEqual([
    ...received,
    'answer-refused',
    'run-failed',
    'BUDGET_EXCEEDED',
  ]);
  expect(await endingWith({ limits: [{ ...quota, max: 1 }] }, allReport)).toEqual([
    ...received,
    'plan-made',
    'findings-gathered',
    'run-failed',
    'QUOTA_EXCEEDED',
  ]);
  expect(await endingWith({ limits: [{ ...quota, max: 100_000 }] }, allReport)).toContain(
    'run-completed',
  );
});

test('what a plan or a synthesis says and must not get out ends the run, and nobody is sent out by it', async () => {
  const rules = { output: { canaries: ['c4nary'], internalMarkers: [] } };
  const leaking = JSON.stringify({ objectives: [{ agent: 'ledger', objective: 'Find c4nary.' }] });
  const received = ['message-received', 'run-started'];
  const withheld = ['output-withheld', 'run-failed', 'CANARY_LEAKED', 'OUTPUT_WITHHELD'];
  expect(await endingWith(rules, { plans: [leaking] })).toEqual([...received, ...withheld]);
  const synthesis = citing(['finding-1', 'finding-2', 'finding-3']).replace('So', 'c4nary');
  expect(await endingWith(rules, { ...allReport, syntheses: [synthesis] })).toEqual([
    ...received,
    'plan-made',
    'findings-gathered',
    ...withheld,
  ]);
  expect(await endingWith(rules, allReport)).toContain('run-completed');
});

const pay = (name: string, agents: readonly string[]) => ({
  name,
  version: '1',
  owner: 'tests',
  description: 'Pays.',
  input: z.object({}),
  output: z.object({}),
  agents,
  execute: async () => ({}),
});

test('what changes the world outside is not registered for an investigator, while for others it is', async () => {
  await play('memory', { script: allReport, team: lookedUp }, ({ tools }) => {
    const forBoth = pay('pay', ['alone', 'ledger']);
    for (const tool of [
      defineTool({ ...forBoth, effect: 'keyed' }),
      defineTool({ ...forBoth, effect: 'unkeyed' }),
    ]) {
      expect(() => tools.register(tool)).toThrow(
        'the investigator ledger carries pay, which changes the world outside',
      );
    }
    tools.register(defineTool({ ...pay('payAlone', ['alone']), effect: 'keyed' }));
    tools.register(defineTool({ ...pay('look', ['ledger']), effect: 'read' }));
    expect(tools.list().map(({ name }) => name)).toEqual(
      expect.arrayContaining(['payAlone', 'look']),
    );
  });
});
