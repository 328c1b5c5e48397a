import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Arbitrary, array, constantFrom, nat, oneof, option, record } from 'fast-check';
import { z } from 'zod';
import {
  type Agent,
  type Approval,
  createHarness,
  defineTool,
  type Exchanges,
  type Harness,
  type Host,
  type Principal,
} from '#harness';
import { memoryBacking, type PlaybookAnswer, scriptedModel, simulatedHost } from '#harness/testing';
import type { Recording } from '../format/recording.ts';
import { createRecorder } from '../recorder/create-recorder.ts';
import { openRecorder } from '../recorder/open-recorder.ts';
import { parcelAgents, parcelEntry } from './parcel-desk.ts';

/** What a customer says, what the model does about it, and what else happens around it. */
interface GeneratedMessage {
  readonly text: string;
  /** Before the model says that it is done. */
  readonly turns: readonly PlaybookAnswer[];
  /** Said to the run while the first of its tools is at work. */
  readonly correction: string | undefined;
  /** The session is cleared behind it. */
  readonly isCleared: boolean;
}

export type GeneratedSession = readonly GeneratedMessage[];

const words = constantFrom(
  'Where is P-7?',
  'It is lost!',
  'Zażółć "gęślą" 🐌',
  'Thank you.',
  'a\\b',
);
const parcelId = record({ id: constantFrom('P-7', 'P-8') });

/** Calls that complete, that fail, that wait for a person, that hand over, and one of a tool that nobody has. */
const call: Arbitrary<{ readonly tool: string; readonly input: unknown }> = oneof(
  {
    arbitrary: record({ tool: constantFrom('findParcel', 'fileClaim'), input: parcelId }),
    weight: 3,
  },
  record({
    tool: constantFrom('quotePostage', 'sendOn'),
    input: record({ weightGrams: nat(2000) }),
  }),
  record({
    tool: constantFrom('handoff'),
    input: record({ to: constantFrom('parcels'), reason: words }),
  }),
  record({ tool: constantFrom('teleport'), input: parcelId }),
);

const turn: Arbitrary<PlaybookAnswer> = oneof(
  record({ text: words, calls: array(call, { minLength: 1, maxLength: 2 }) }),
  record({ calls: array(call, { minLength: 1, maxLength: 3 }) }),
);

export const anySession: Arbitrary<GeneratedSession> = array(
  record({
    text: words,
    turns: array(turn, { maxLength: 3 }),
    correction: option(words, { nil: undefined, freq: 3 }),
    isCleared: nat(4).map((dice) => dice === 0),
  }),
  { minLength: 1, maxLength: 3 },
);

/** The parcel desk, where a person decides before a parcel is sent on. */
export function generatedAgents(): readonly Agent[] {
  const sendOn = defineTool({
    version: '1',
    owner: 'parcels',
    agents: ['parcels'],
    name: 'sendOn',
    description: 'Sends a parcel on.',
    input: z.object({ weightGrams: z.int() }),
    output: z.object({ sent: z.int() }),
    effect: 'keyed',
    approval: async () => ({ roles: ['lead'], reason: 'It costs.', stateVersion: '1' }),
    execute: async ({ weightGrams }) => ({ sent: weightGrams }),
  });
  return parcelAgents().map((agent) =>
    agent.name === 'parcels' ? { ...agent, tools: [...agent.tools, sendOn] } : agent,
  );
}

export const generatedModel = { provider: 'scripted', modelId: 'generated' };

const customer: Principal = { id: 'customer-1', role: 'customer', tenant: 'parcels-inc' };
const lead: Principal = { id: 'lead-1', role: 'lead', tenant: 'parcels-inc' };
const sessionId = 'session-1';

/** Plays a session in memory and records it; with a path, also as it goes, to a file there. */
export async function recordGenerated(
  session: GeneratedSession,
  path?: string,
): Promise<Recording> {
  const agents = generatedAgents();
  const options = { name: 'generated', made: 'scripted', model: generatedModel, agents };
  const recorder = createRecorder(options);
  const { exchanges: inner } = recorder;
  const journal = path === undefined ? undefined : openRecorder({ ...options, path, inner });
  const host = patientHost();
  const script: PlaybookAnswer[] = [];
  const around: Around = { corrections: [] };
  await using harness: Harness = await createHarness({
    agents,
    entry: parcelEntry,
    model: scriptedModel({
      name: generatedModel.modelId,
      plays: [
        { name: 'next', when: () => true, answer: () => script.shift() ?? { text: 'I am done.' } },
      ],
    }),
    backing: memoryBacking(host),
    host,
    exchanges: withPeople(journal?.exchanges ?? inner, around, () => harness),
  });
  for (const [index, { text, turns, correction, isCleared }] of session.entries()) {
    script.splice(0, script.length, ...turns);
    const messageId = `message-${index}`;
    around.corrections =
      correction === undefined ? [] : [{ messageId: `${messageId}b`, text: correction }];
    await harness.send({ sessionId, messageId, text, principal: customer });
    await harness.outcome(messageId);
    if (correction !== undefined && around.corrections.length === 0) {
      await harness.outcome(`${messageId}b`);
    }
    if (isCleared) await harness.clear({ sessionId, by: customer });
  }
  const events = await harness.events(sessionId);
  await journal?.finish(events);
  return recorder.finish(events);
}

/** Its clock goes on only when everybody has had their turn, so that nobody decides too late. */
function patientHost(): Host {
  const { clock, ...host } = simulatedHost({ startsAt: 1_767_225_600_000, seed: 7 });
  const sleep: typeof clock.sleep = async (durationMs) => {
    await nextTurn();
    await clock.sleep(durationMs);
  };
  return { ...host, clock: { ...clock, sleep } };
}

interface Around {
  corrections: readonly { readonly messageId: string; readonly text: string }[];
}

/** People beside the session: one corrects what is under way, and one decides, by the weight, what is sent on. */
function withPeople(exchanges: Exchanges, around: Around, harness: () => Harness): Exchanges {
  return {
    ...exchanges,
    tool: async (place, dispatched, execute) => {
      const outcome = await exchanges.tool(place, dispatched, execute);
      const said = around.corrections;
      around.corrections = [];
      for (const each of said) {
        await harness().send({ sessionId, ...each, principal: customer, mode: 'steer' });
        while ((await harness().savedSteps(each.messageId)).length === 0) await nextTurn();
      }
      return outcome;
    },
    decision: async (place, asked, wait) => {
      const settled = new AbortController();
      const decided = decideNext(harness(), settled.signal);
      const decision = await exchanges.decision(place, asked, wait);
      settled.abort();
      await decided;
      return decision;
    },
  };
}

/** What a message has overtaken is decided by nobody. */
async function decideNext({ approvals }: Harness, settled: AbortSignal): Promise<void> {
  let open: Approval | undefined;
  while (open === undefined) {
    await nextTurn();
    if (settled.aborted) return;
    const asked = await approvals.list(customer.tenant, sessionId);
    open = asked.find(({ status }) => status === 'pending');
  }
  const { weightGrams } = z.object({ weightGrams: z.int() }).parse(open.arguments);
  const { approvalId } = open;
  const verdicts = [
    { verdict: 'approve', reason: 'It may go.' },
    { verdict: 'reject', reason: 'Too dear.' },
    { verdict: 'approve', reason: 'Lighter.', editedArguments: { weightGrams: 1 } },
  ] as const;
  await approvals.decide({ approvalId, by: lead, ...(verdicts[weightGrams % 3] ?? verdicts[0]) });
}
