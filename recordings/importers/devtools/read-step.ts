import { z } from 'zod';
import type { Json } from '#harness';
import type { AnswerBody, OpenAiExchange } from '../../format/imported-exchange.ts';
import { asJson, firstDifference } from '../../format/json.ts';
import { ForeignInputError } from '../foreign/foreign-input-error.ts';
import { readJson } from '../openai/parse-event-stream.ts';
import { type UnplacedExchange, wholeAnswer, wholeStream } from '../openai/read-openai-exchange.ts';
import { recordedAnswer } from '../openai/recorded-answer.ts';
import { handedOn } from './handed-on.ts';
import { sayAsResponse } from './say-as-response.ts';

const text = z.string().nullish();
const stepSchema = z.looseObject({
  run_id: z.string(),
  step_number: z.number(),
  type: z.string(),
  model_id: z.string(),
  provider: text,
  input: text,
  output: text,
  usage: text,
  error: text,
  raw_request: text,
  raw_response: text,
  raw_chunks: text,
});
type StepFields = z.infer<typeof stepSchema>;

/** One call of a model, and where it begins in the file. */
export interface Step {
  readonly line: number;
  readonly fields: StepFields;
}

export interface ReadStep {
  readonly exchange: UnplacedExchange;
  /** The answer is the provider's own, and not what the SDK made of it. */
  readonly isRaw: boolean;
  readonly isAskedRaw: boolean;
  readonly others: number;
}

export function stepOf(value: unknown, line: number): Step {
  const parsed = stepSchema.safeParse(value);
  if (!parsed.success) throw new ForeignInputError(line, 'it is no step of a run');
  return { line, fields: parsed.data };
}

/** @throws ForeignInputError for a step of another provider, and for one that has no whole answer. */
export function readStep({ line, fields }: Step): ReadStep {
  const { error, output, input } = fields;
  if (!isOpenAi(fields)) {
    const whose = /^[\w./-]{1,60}$/.test(fields.provider ?? '') ? fields.provider : 'nobody known';
    throw new ForeignInputError(line, `it is a call of a model of ${whose}, not of OpenAI`);
  }
  if (error !== null && error !== undefined) {
    throw new ForeignInputError(
      line,
      'it failed or was aborted, and of its answer nothing whole was kept',
    );
  }
  if (output === null || output === undefined) throw new ForeignInputError(line, 'it did not end');
  const askedRaw = parse(fields.raw_request, line);
  const asked = askedRaw ?? parse(input, line) ?? null;
  const raw = rawAnswer(fields, { line, request: asked });
  const isAskedRaw = askedRaw !== undefined;
  if (raw !== undefined) {
    const exchange = exchangeOf({ line, api: raw.api, asked, body: raw.body });
    return { exchange, isRaw: true, isAskedRaw, others: 0 };
  }
  return { ...rendered(fields, { line, asked }), isRaw: false, isAskedRaw };
}

/** A gateway says whose model it is in the model's name. */
function isOpenAi({ provider, model_id: model }: StepFields): boolean {
  if (provider === 'gateway') return model.startsWith('openai/');
  return /^(?:openai|azure-openai|azure)(?:\.(?:chat|responses))?$/.test(provider ?? '');
}

interface RawAnswer {
  readonly api: OpenAiExchange['api'];
  readonly body: AnswerBody;
}

/** What the provider itself answered; undefined where it was not kept, or is of no interface of OpenAI. */
function rawAnswer(
  fields: StepFields,
  { line, request }: { readonly line: number; readonly request: Json },
): RawAnswer | undefined {
  const chunks = parse(fields.raw_chunks, line);
  if (Array.isArray(chunks) && chunks.length > 0) {
    const api = apiOf(chunks[0]);
    return api === undefined
      ? undefined
      : { api, body: wholeStream(chunks, { api, line, request }) };
  }
  const whole = fields.type === 'generate' ? parse(fields.raw_response, line) : undefined;
  const api = whole === undefined ? undefined : apiOf(whole);
  if (whole === undefined || api === undefined) return undefined;
  return { api, body: wholeAnswer(whole, api, line) };
}

const shapeSchema = z.looseObject({
  object: z.string().optional(),
  type: z.string().optional(),
  choices: z.array(z.unknown()).optional(),
});

function apiOf(value: Json | undefined): OpenAiExchange['api'] | undefined {
  const { object, type, choices } = shapeSchema.safeParse(value).data ?? {};
  if (object === 'response' || type?.startsWith('response.') === true) return 'responses';
  return choices === undefined ? undefined : 'chat';
}

function rendered(
  fields: StepFields,
  { line, asked }: { readonly line: number; readonly asked: Json },
): Pick<ReadStep, 'exchange' | 'others'> {
  const handed = handedOn(parse(fields.output, line), parse(fields.usage, line));
  if (handed === undefined) throw new ForeignInputError(line, 'its answer has another shape');
  const body = { json: sayAsResponse(handed, fields.model_id) };
  const exchange = exchangeOf({ line, api: 'responses', asked, body });
  const said = recordedAnswer(exchange);
  const difference = firstDifference('answer', asJson(handed.content), asJson(said));
  if (difference === undefined) return { exchange, others: handed.others };
  const reason = `the provider's own answer was not kept, and ${difference.pointer.slice(1)} of what was handed on cannot be said as the provider would`;
  throw new ForeignInputError(line, reason);
}

function exchangeOf(parts: {
  readonly line: number;
  readonly api: OpenAiExchange['api'];
  readonly asked: Json;
  readonly body: AnswerBody;
}): UnplacedExchange {
  const { line, api, asked, body } = parts;
  const path = api === 'responses' ? '/v1/responses' : '/v1/chat/completions';
  return { t: 'openai', line, api, request: { path, body: asked }, answer: { status: 200, body } };
}

/** JSON in a text; a body that was a text already when it was written down is JSON in a text in a text. */
function parse(value: string | null | undefined, line: number): Json | undefined {
  if (value === null || value === undefined) return undefined;
  const once = readJson(value, line, 'a part of it');
  return typeof once === 'string' && /^\s*[{[]/.test(once)
    ? readJson(once, line, 'a part of it')
    : once;
}
