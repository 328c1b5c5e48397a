import { z } from 'zod';
import type { ExchangePlace, SteeringMessage } from '#harness';
import { principalSchema } from '#harness/values';
import { modelNameSchema, type SessionHeader } from './header.ts';
import { sortedJsonSchema } from './json.ts';
import { modelFailureSchema } from './model-failure.ts';
import { recordedPartSchema } from './stream-part.ts';

const promptSchema = z.strictObject({
  t: z.literal('prompt'),
  id: z.string(),
  name: z.string(),
  fingerprint: z.string(),
  text: z.string(),
});

const toolDefinitionSchema = z.strictObject({
  t: z.literal('tool-definition'),
  id: z.string(),
  fingerprint: z.string(),
  /** The tool as a model is shown it. */
  definition: sortedJsonSchema,
});

export const definitionSchema = z.discriminatedUnion('t', [promptSchema, toolDefinitionSchema]);
/** A text or a tool that requests name instead of repeating it. */
export type Definition = z.infer<typeof definitionSchema>;

const place = { lane: z.string().min(1), n: z.int().nonnegative() };

const requestDeltaSchema = z.strictObject({
  /** Messages taken over, unchanged, from the start of the lane's previous request. */
  keep: z.int().nonnegative(),
  /** Ids of prompts. */
  system: z.array(z.string()),
  /** Ids of tool definitions. */
  tools: z.array(z.string()),
  settings: z.record(z.string(), sortedJsonSchema),
  /** Messages that follow those kept. */
  messages: z.array(sortedJsonSchema),
});
export type RequestDelta = z.infer<typeof requestDeltaSchema>;

const answerSchema = z.strictObject({
  parts: z.array(recordedPartSchema),
  /** How the call failed, after these parts. */
  error: modelFailureSchema.exactOptional(),
});
export type ModelAnswer = z.infer<typeof answerSchema>;

const needSchema = z.strictObject({
  roles: z.array(z.string()),
  reason: z.string(),
  stateVersion: z.string(),
});

const outcomeSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('completed'),
    output: sortedJsonSchema,
    /** The run was answered so before, and the tool was not asked again. */
    cached: z.literal(true).exactOptional(),
  }),
  z.strictObject({
    kind: z.literal('failed'),
    error: z.strictObject({ code: z.string(), message: z.string() }),
  }),
  z.strictObject({
    kind: z.literal('approval-required'),
    need: needSchema,
  }),
  z.strictObject({ kind: z.literal('effect-unknown'), need: needSchema }),
]);

export const decisionSchema = z.strictObject({
  verdict: z.enum(['approved', 'rejected', 'expired', 'cancelled']),
  decidedBy: z.string().exactOptional(),
  reason: z.string().exactOptional(),
  input: sortedJsonSchema,
});

/** Who speaks, with nothing else said of them. */
const speakerSchema = z.strictObject(principalSchema.shape);

const recordedSteeringSchema = z.strictObject({
  /** Which run of the session the message has for its own. */
  run: z.int().positive(),
  text: z.string(),
  principal: speakerSchema,
  /** Milliseconds since the epoch. */
  receivedAt: z.number(),
});
/** A message that a run read which was not its own. */
export type RecordedSteering = z.infer<typeof recordedSteeringSchema>;

/** As a recording holds it: the message's id is its run's place. */
export function recordedSteering({
  messageId: _,
  runOrdinal: run,
  ...message
}: SteeringMessage): RecordedSteering {
  return { run, ...message };
}

export const modelExchangeSchema = z.strictObject({
  t: z.literal('model'),
  ...place,
  request: requestDeltaSchema,
  answer: answerSchema,
  /** Who answered, where it is not the model of the header; before the place of a fork, not the model that it was forked from. */
  model: modelNameSchema.exactOptional(),
});

export const toolExchangeSchema = z.strictObject({
  t: z.literal('tool'),
  ...place,
  call: z.string(),
  tool: z.string(),
  /** What the tool says it changes; missing where nobody said so, or there is no such tool. */
  effect: z.enum(['read', 'compute', 'transactional', 'keyed', 'unkeyed']).exactOptional(),
  input: sortedJsonSchema,
  outcome: outcomeSchema,
});

export const exchangeSchema = z.discriminatedUnion('t', [
  z.strictObject({
    t: z.literal('message'),
    ...place,
    text: z.string(),
    principal: speakerSchema,
    /** Said to the run in progress; absent for a message that waits its turn. */
    mode: z.literal('steer').exactOptional(),
  }),
  /** A person has cleared the session. Its lane is `clear`; where it stands in the file is where it happened. */
  z.strictObject({
    t: z.literal('clear'),
    ...place,
    by: speakerSchema,
    /** What was in progress was ended for it; absent where nothing was. */
    force: z.literal(true).exactOptional(),
  }),
  /** Messages that a run read before a model turn; absent where there were none. Its place is `<lane>/steering`. */
  z.strictObject({
    t: z.literal('steering'),
    ...place,
    messages: z.array(recordedSteeringSchema).min(1),
  }),
  /** Milliseconds since the epoch. */
  z.strictObject({ t: z.literal('clock'), ...place, value: z.number() }),
  z.strictObject({ t: z.literal('dice'), ...place, value: z.string() }),
  modelExchangeSchema,
  toolExchangeSchema,
  /** A person was asked about a call. */
  z.strictObject({
    t: z.literal('decision'),
    ...place,
    call: z.string(),
    tool: z.string(),
    input: sortedJsonSchema,
    decision: decisionSchema,
  }),
]);
/** One request of a session to the world outside, and its answer. */
export type Exchange = z.infer<typeof exchangeSchema>;
export type ExchangeKind = Exchange['t'];

export const eventsSchema = z.strictObject({
  t: z.literal('events'),
  /** Step, type and the start of the fact's fingerprint, for each event of the session. */
  outline: z.array(z.tuple([z.string(), z.string(), z.string()])),
  /** Fingerprint of all facts. */
  hash: z.string(),
});
export type EventOutline = z.infer<typeof eventsSchema>;

export const endSchema = z.strictObject({
  t: z.literal('end'),
  exchanges: z.int().nonnegative(),
  events: z.int().nonnegative(),
  /** SHA-256 of all lines before this one. */
  hash: z.string(),
  /** The start of each line's SHA-256: tells which line was changed afterwards. */
  lines: z.array(z.string()),
});
export type RecordingEnd = z.infer<typeof endSchema>;

/** What happened in one session: data, as it stands in the file. */
export interface Recording {
  readonly header: SessionHeader;
  readonly definitions: readonly Definition[];
  readonly exchanges: readonly Exchange[];
  readonly events: EventOutline;
  /** Numbers of the lines that are not as they were written; empty unless read from an edited file. */
  readonly editedLines: readonly number[];
  /** The line at which the file stops before its end, when it was opened all the same: later exchanges and events are not known. */
  readonly tornAt?: number;
}

/** `1/billing#2` */
export function placeName({ lane, ordinal }: ExchangePlace): string {
  return `${lane}#${ordinal}`;
}

/** The parts of a lane: `2/billing` is of run 2, `2.1/ledger` of its first sub-agent; `2` is the run's own opening. */
export function laneOf(lane: string): {
  readonly run: number;
  /** 0 for the run itself. */
  readonly sibling: number;
  readonly agent?: string;
} {
  const [numbers = '', agent] = lane.split('/');
  const [run, sibling = 0] = numbers.split('.').map(Number);
  return { run: run ?? Number.NaN, sibling, ...(agent === undefined ? {} : { agent }) };
}

/** Whether summaries are written in this lane: of all that a session asks, only they may be another model's by its code. */
export const isSummaryLane = (lane: string): boolean => laneOf(lane).agent === 'memory';

/** Where what a run read before a model turn stands: beside the turn, in a lane of its own. */
export function steeringPlace({ lane, ordinal }: ExchangePlace): ExchangePlace {
  return { lane: `${lane}/steering`, ordinal };
}

/** Whether that is such a lane. */
export const isSteeringLane = (lane: string): boolean => lane.endsWith('/steering');

/** Where an exchange stands. */
export function placeOf({ lane, n }: { readonly lane: string; readonly n: number }): ExchangePlace {
  return { lane, ordinal: n };
}

/** Names of the places at which the first `count` exchanges stand. */
export function firstPlaces(
  { exchanges }: Pick<Recording, 'exchanges'>,
  count: number,
): ReadonlySet<string> {
  return new Set(exchanges.slice(0, count).map((each) => placeName(placeOf(each))));
}

/** The header is line 1; then come the definitions, the exchanges, the events and the end. */
export const firstDefinitionLine = 2;
