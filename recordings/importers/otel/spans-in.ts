import { z } from 'zod';
import { jsonItemLines } from '../foreign/json-item-lines.ts';
import type { JsonValue } from '../foreign/read-json-values.ts';
import type { Left } from '../importer.ts';
import { asGenAi } from './as-gen-ai.ts';
import { anyValue, readAttributes } from './read-attributes.ts';
import type { Span, SpanEvent } from './span.ts';

/** What a value of an export holds. */
export interface Export {
  readonly spans: readonly Span[];
  /** Records of logs, by the span beside which they were said. */
  readonly records: readonly { readonly spanId: string; readonly event: SpanEvent }[];
  /** What stands where spans do and is none. */
  readonly left: readonly Left[];
}

const list = z.array(z.unknown()).default([]);
const resources = z.array(z.record(z.string(), z.unknown()));

/** Spans as OTLP/JSON, Jaeger, the console of Python and the memory of JavaScript hold them. */
export function spansIn({ line, text, value }: JsonValue): Export {
  const linesAt = (path: readonly (string | null)[]): readonly number[] =>
    text.includes('\n') ? jsonItemLines(text, path).map((each) => line - 1 + each) : [];
  const spans = (
    items: readonly unknown[],
    path: readonly (string | null)[],
  ): Pick<Export, 'spans' | 'left'> => {
    const lines = linesAt(path);
    const read = items.map((item, index) => {
      const at = lines[index] ?? line;
      return spanOf(item, at) ?? { line: at, reason: 'it is no span' };
    });
    return {
      spans: read.filter((each) => 'spanId' in each),
      left: read.filter((each) => 'reason' in each),
    };
  };
  if (Array.isArray(value)) {
    const isOfExports = value.some((each) => otlpLists(each, 'spans') !== undefined);
    if (!isOfExports) return { ...spans(value, []), records: [] };
    const parts = value.map((each: unknown) => spansIn({ line, text: '', value: each }));
    return {
      spans: parts.flatMap((part) => part.spans),
      records: parts.flatMap((part) => part.records),
      left: parts.flatMap((part) => part.left),
    };
  }
  const otlp = otlpLists(value, 'spans');
  const logs = otlpLists(value, 'logRecords');
  if (otlp !== undefined || logs !== undefined) {
    return {
      ...(otlp === undefined ? { spans: [], left: [] } : spans(otlp.items, otlp.path)),
      records: (logs?.items ?? []).flatMap(recordOf),
    };
  }
  const jaeger = z.looseObject({ data: z.array(z.looseObject({ spans: list })) }).safeParse(value);
  if (jaeger.success) {
    const items = jaeger.data.data.flatMap((trace) => trace.spans);
    return { ...spans(items, ['data', null, 'spans']), records: [] };
  }
  const only = isSpan(value) ? spanOf(value, line) : undefined;
  return { spans: only === undefined ? [] : [only], records: [], left: [] };
}

const containers = {
  spans: [
    ['resourceSpans', 'scopeSpans', 'spans'],
    ['resourceSpans', 'instrumentationLibrarySpans', 'spans'],
    ['resource_spans', 'scope_spans', 'spans'],
  ],
  logRecords: [
    ['resourceLogs', 'scopeLogs', 'logRecords'],
    ['resource_logs', 'scope_logs', 'log_records'],
  ],
} as const;

function otlpLists(
  value: unknown,
  kind: keyof typeof containers,
): { readonly items: readonly unknown[]; readonly path: readonly (string | null)[] } | undefined {
  const record = z.record(z.string(), z.unknown()).safeParse(value);
  if (!record.success) return undefined;
  for (const [outer, middle, inner] of containers[kind]) {
    const outerList = resources.safeParse(record.data[outer]);
    if (!outerList.success) continue;
    const scopes = outerList.data.flatMap((each) => resources.safeParse(each[middle]).data ?? []);
    if (scopes.length === 0) continue;
    const items = scopes.flatMap((each) => list.safeParse(each[inner]).data ?? []);
    return { items, path: [outer, null, middle, null, inner] };
  }
  return undefined;
}

const contextSchema = z
  .looseObject({
    traceId: z.string().optional(),
    trace_id: z.string().optional(),
    spanId: z.string().optional(),
    span_id: z.string().optional(),
  })
  .nullish();
const spanSchema = z.looseObject({
  name: z.string().optional(),
  operationName: z.string().optional(),
  traceId: z.string().optional(),
  trace_id: z.string().optional(),
  traceID: z.string().optional(),
  spanId: z.string().optional(),
  span_id: z.string().optional(),
  spanID: z.string().optional(),
  context: contextSchema,
  _spanContext: contextSchema,
  attributes: z.unknown().optional(),
  tags: z.unknown().optional(),
  events: z.unknown().optional(),
  logs: z.unknown().optional(),
  status: z.looseObject({ code: z.unknown(), status_code: z.unknown() }).partial().nullish(),
  droppedAttributesCount: z.number().catch(0).default(0),
});

/** Consoles print other things as well: what is meant to be a span has attributes. */
const isSpan = (value: unknown): boolean =>
  z.record(z.string(), z.unknown()).safeParse(value).success &&
  z
    .union([
      z.looseObject({ attributes: z.unknown() }).required(),
      z.looseObject({ tags: z.unknown() }).required(),
    ])
    .safeParse(value).success;

function spanOf(value: unknown, line: number): Span | undefined {
  const parsed = spanSchema.safeParse(value);
  const name = parsed.data?.name ?? parsed.data?.operationName;
  if (!parsed.success || name === undefined) return undefined;
  const span = parsed.data;
  const context = span.context ?? span['_spanContext'];
  const { code, status_code: statusCode } = span.status ?? {};
  const attributes = asGenAi(readAttributes(span.attributes ?? span.tags));
  return {
    line,
    traceId:
      span.traceId ?? span.trace_id ?? span.traceID ?? context?.traceId ?? context?.trace_id ?? '',
    spanId: span.spanId ?? span.span_id ?? span.spanID ?? context?.spanId ?? context?.span_id ?? '',
    name,
    start: startOf(span),
    attributes,
    events: eventsOf(span.events ?? span.logs),
    failed:
      attributes['error'] === true ||
      [2, 'STATUS_CODE_ERROR', 'ERROR'].some((each) => each === code || each === statusCode),
    dropped: span.droppedAttributesCount,
  };
}

const eventSchema = z.looseObject({
  name: z.string().optional(),
  attributes: z.unknown().optional(),
  fields: z.unknown().optional(),
});

function eventsOf(value: unknown): readonly SpanEvent[] {
  return (list.safeParse(value).data ?? []).flatMap((each) => {
    const parsed = eventSchema.safeParse(each);
    if (!parsed.success) return [];
    const attributes = readAttributes(parsed.data.attributes ?? parsed.data.fields);
    // Jaeger keeps the name among the fields.
    const name = parsed.data.name ?? attributes['event'];
    return typeof name === 'string' ? [{ name, attributes }] : [];
  });
}

const recordSchema = z.looseObject({
  spanId: z.string().optional(),
  span_id: z.string().optional(),
  eventName: z.string().optional(),
  event_name: z.string().optional(),
  attributes: z.unknown().optional(),
  body: z.unknown().optional(),
});

function recordOf(value: unknown): Export['records'] {
  const parsed = recordSchema.safeParse(value);
  if (!parsed.success) return [];
  const record = parsed.data;
  const attributes = readAttributes(record.attributes);
  const name = record.eventName || record.event_name || attributes['event.name'];
  const spanId = record.spanId ?? record.span_id;
  if (typeof name !== 'string' || spanId === undefined) return [];
  return [{ spanId, event: { name, attributes, body: anyValue(record.body) } }];
}

/** Nanoseconds of OTLP, microseconds of Jaeger, a date of Python, or seconds and nanoseconds of JavaScript. */
function startOf(span: Readonly<Record<string, unknown>>): number {
  const nanoseconds = span['startTimeUnixNano'] ?? span['start_time_unix_nano'];
  if (nanoseconds !== undefined) return numberOr0(Number(nanoseconds) / 1e6);
  const time = span['startTime'] ?? span['start_time'];
  if (Array.isArray(time)) return numberOr0(Number(time[0]) * 1000 + Number(time[1]) / 1e6);
  if (typeof time === 'number') return numberOr0(time / 1000);
  return typeof time === 'string' ? numberOr0(Date.parse(time)) : 0;
}

const numberOr0 = (value: number): number => (Number.isFinite(value) ? value : 0);
