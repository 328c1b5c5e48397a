import { z } from 'zod';
import { sortedJsonSchema } from './json.ts';

/** Names in lower case, in order. */
const headersSchema = z.record(z.string(), z.string());

const bytesSchema = z.base64();
/** How many bytes each piece had in which the network brought it. */
const cutsSchema = z.array(z.int().positive());

const requestBodySchema = z.union([
  z.strictObject({ json: sortedJsonSchema }),
  z.strictObject({ text: z.string() }),
  z.strictObject({ base64: bytesSchema }),
]);

const answerBodySchema = z.union([
  z.strictObject({ json: sortedJsonSchema }),
  z.strictObject({
    /** Payloads of server-sent events, `[DONE]` included. */
    events: z.array(sortedJsonSchema),
    /** Each event bears the `type` of its payload as its name; missing where none has a name. */
    named: z.literal(true).exactOptional(),
  }),
  z.strictObject({ text: z.string(), cuts: cutsSchema.exactOptional() }),
  z.strictObject({ base64: bytesSchema, cuts: cutsSchema.exactOptional() }),
]);
export type WireBody = z.infer<typeof answerBodySchema>;

const failureSchema = z.strictObject({
  name: z.string(),
  message: z.string(),
  code: z.string().exactOptional(),
});

const errorSchema = failureSchema.extend({ cause: failureSchema.exactOptional() });
export type WireError = z.infer<typeof errorSchema>;

/** Missing where an answer ended by itself. */
const endSchema = z.discriminatedUnion('kind', [
  /** Whoever asked abandoned it there. */
  z.strictObject({ kind: z.literal('given-up') }),
  /** The connection failed there. */
  z.strictObject({ kind: z.literal('failed'), error: errorSchema }),
]);
export type WireEnd = z.infer<typeof endSchema>;

const requestSchema = z.strictObject({
  method: z.string(),
  /** `localhost` for what is on this machine, whatever its port; otherwise with the port, where it is not the usual one. */
  host: z.string(),
  /** With its query. */
  path: z.string(),
  headers: headersSchema.exactOptional(),
  body: requestBodySchema.exactOptional(),
});
export type WireRequest = z.infer<typeof requestSchema>;

const answerSchema = z.union([
  z.strictObject({
    status: z.int().min(100).max(599),
    headers: headersSchema.exactOptional(),
    /** Missing where there was none, or nobody read it. */
    body: answerBodySchema.exactOptional(),
    end: endSchema.exactOptional(),
  }),
  /** No answer came. */
  z.strictObject({ end: endSchema }),
]);
export type WireAnswer = z.infer<typeof answerSchema>;

export const httpCallSchema = z.strictObject({
  t: z.literal('http'),
  lane: z.string().min(1),
  n: z.int().nonnegative(),
  request: requestSchema,
  answer: answerSchema,
});
/** One request over HTTP and its answer. */
export type HttpCall = z.infer<typeof httpCallSchema>;
