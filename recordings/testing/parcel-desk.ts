import type { LanguageModelV4 } from '@ai-sdk/provider';
import { z } from 'zod';
import {
  type Agent,
  createHarness,
  defineAgent,
  definePrompt,
  defineTool,
  type Exchanges,
  type Host,
  type Principal,
  type SessionEvent,
  ToolRefusal,
} from '#harness';
import {
  hasTool,
  lastToolResult,
  memoryBacking,
  type Playbook,
  saidByUser,
  scriptedModel,
  simulatedHost,
} from '#harness/testing';
import type { Recording } from '../format/recording.ts';
import { createRecorder } from '../recorder/create-recorder.ts';

/** A session small enough to read and large enough to matter: two agents, three tools, a refusal, two messages. */
export const parcelEntry = 'reception';

const parcel = z.object({ id: z.string(), status: z.string(), weightGrams: z.int() });

export interface ParcelDeskOptions {
  readonly prompt?: string;
  /** What the scales say, in grams. */
  readonly weightGrams?: () => number;
  readonly description?: string;
}

export function parcelAgents({
  prompt = 'You find parcels. Weigh before you promise.',
  weightGrams = () => 1200,
  description = 'Finds a parcel by its id.',
}: ParcelDeskOptions = {}): readonly Agent[] {
  const base = { version: '1', owner: 'parcels', agents: ['parcels'] };
  const findParcel = defineTool({
    ...base,
    name: 'findParcel',
    description,
    input: z.object({ id: z.string() }),
    output: parcel,
    effect: 'read',
    execute: async ({ id }) => ({ id, status: 'in transit', weightGrams: weightGrams() }),
  });
  const quotePostage = defineTool({
    ...base,
    name: 'quotePostage',
    description: 'Says what a parcel costs to send on, in cents.',
    input: z.object({ weightGrams: z.int() }),
    output: z.object({ cents: z.int() }),
    effect: 'compute',
    execute: async (input) => ({ cents: Math.ceil(input.weightGrams / 100) * 45 }),
  });
  const fileClaim = defineTool({
    ...base,
    name: 'fileClaim',
    description: 'Files a claim for a lost parcel.',
    input: z.object({ id: z.string() }),
    output: z.object({ claim: z.string() }),
    effect: 'transactional',
    execute: async ({ id }) => {
      throw new ToolRefusal('PARCEL_NOT_LOST', `Parcel ${id} is in transit, not lost.`);
    },
  });
  return [
    defineAgent({
      name: 'reception',
      prompt: definePrompt('reception', 'You greet, and hand parcel questions over.'),
      tools: [],
      handoffs: ['parcels'],
      turnLimit: 4,
    }),
    defineAgent({
      name: 'parcels',
      prompt: definePrompt('parcels', prompt),
      tools: [findParcel, quotePostage, fileClaim],
      handoffs: [],
      turnLimit: 8,
    }),
  ];
}

export const parcelPlaybook: Playbook = {
  name: 'parcel-desk',
  plays: [
    {
      name: 'hand over',
      when: (talk) => hasTool(talk, 'handoff') && saidByUser(talk, /parcel/),
      answer: () => ({
        text: 'One moment.',
        calls: [{ tool: 'handoff', input: { to: 'parcels', reason: 'a parcel question' } }],
      }),
    },
    {
      name: 'look',
      when: (talk) => lastToolResult(talk, 'findParcel') === undefined,
      answer: () => ({
        text: 'I will look for it.',
        calls: [{ tool: 'findParcel', input: { id: 'P-7' } }],
      }),
    },
    {
      name: 'quote and claim',
      when: (talk) => lastToolResult(talk, 'quotePostage') === undefined,
      answer: (talk) => ({
        calls: [
          {
            tool: 'quotePostage',
            input: {
              weightGrams: parcel.parse(lastToolResult(talk, 'findParcel')?.output).weightGrams,
            },
          },
          { tool: 'fileClaim', input: { id: 'P-7' } },
        ],
      }),
    },
    {
      name: 'thanks',
      when: (talk) => saidByUser(talk, /thank/i),
      answer: () => ({ text: 'You are welcome.' }),
    },
    {
      name: 'tell',
      when: () => true,
      answer: () => ({
        text: 'Parcel P-7 is in transit. Sending it on costs 5.40; it is not lost, so I filed no claim.',
      }),
    },
  ],
};

const parcelMessages = ['Where is my parcel P-7? It is lost!', 'Thank you.'];

const principal: Principal = { id: 'customer-1', role: 'customer', tenant: 'parcels-inc' };

/** Runs the session on a harness in memory. */
export async function runParcelSession(options: {
  readonly agents?: readonly Agent[];
  readonly model: LanguageModelV4;
  readonly exchanges: Exchanges;
  readonly host?: Host;
  readonly sessionId?: string;
  readonly messages?: readonly string[];
}): Promise<readonly SessionEvent[]> {
  const {
    host = simulatedHost({ startsAt: 1_767_225_600_000, seed: 7 }),
    sessionId = 'session-1',
    messages = parcelMessages,
  } = options;
  await using harness = await createHarness({
    agents: options.agents ?? parcelAgents(),
    entry: parcelEntry,
    model: options.model,
    backing: memoryBacking(host),
    host,
    exchanges: options.exchanges,
  });
  for (const [index, text] of messages.entries()) {
    await harness.send({ sessionId, messageId: `${sessionId}-${index}`, text, principal });
    await harness.outcome(`${sessionId}-${index}`);
  }
  return harness.events(sessionId);
}

/** Records the session; scripted in process unless a model is given. */
export async function recordParcelSession({
  agents = parcelAgents(),
  model = scriptedModel(parcelPlaybook),
}: {
  readonly agents?: readonly Agent[];
  readonly model?: LanguageModelV4;
} = {}): Promise<Recording> {
  const recorder = createRecorder({
    name: 'parcel-desk',
    made: 'scripted',
    model: { provider: model.provider, modelId: model.modelId },
    agents,
  });
  return recorder.finish(await runParcelSession({ agents, model, exchanges: recorder.exchanges }));
}
