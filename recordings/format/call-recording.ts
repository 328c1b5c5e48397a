import { z } from 'zod';
import type { CallHeader } from './header.ts';
import { httpCallSchema } from './http-call.ts';
import { openAiSchema, semanticSchema } from './imported-exchange.ts';
import { sortedJsonSchema } from './json.ts';
import {
  type Definition,
  modelExchangeSchema,
  type Recording,
  toolExchangeSchema,
} from './recording.ts';

export const callToolSchema = toolExchangeSchema.extend({
  /** What the tool showed before its output, where it answers bit by bit; missing where it answers at once. */
  shown: z.array(sortedJsonSchema).exactOptional(),
});

/** The exchanges that may stand in a recording of calls, by its fidelity. */
export const callLines = {
  wire: [httpCallSchema, openAiSchema],
  call: [modelExchangeSchema, callToolSchema, httpCallSchema, openAiSchema],
  'response-only': [openAiSchema],
  semantic: [semanticSchema],
} as const satisfies Readonly<Record<CallHeader['fidelity'], readonly z.ZodObject[]>>;

const callExchangeSchema = z.discriminatedUnion('t', [...callLines.call, ...callLines.semantic]);
export type CallExchange = z.infer<typeof callExchangeSchema>;

export const callExchangeSchemas: Readonly<
  Record<CallHeader['fidelity'], z.ZodType<CallExchange>>
> = {
  wire: z.discriminatedUnion('t', callLines.wire),
  call: z.discriminatedUnion('t', callLines.call),
  'response-only': z.discriminatedUnion('t', callLines['response-only']),
  semantic: z.discriminatedUnion('t', callLines.semantic),
};

/** Calls of models and tools without the session they were made in: what another agent did, or another tool recorded. */
export interface CallRecording {
  readonly header: CallHeader;
  readonly definitions: readonly Definition[];
  readonly exchanges: readonly CallExchange[];
  /** As in a session's recording. */
  readonly editedLines: readonly number[];
  readonly tornAt?: number;
}

/** A recording of any kind. */
export type AnyRecording = Recording | CallRecording;

export function isSession(recording: AnyRecording): recording is Recording {
  return recording.header.fidelity === 'session';
}
