import { collect } from '../foreign/collect.ts';
import { ForeignInputError } from '../foreign/foreign-input-error.ts';
import { readJsonValues } from '../foreign/read-json-values.ts';
import type { Found, Harvest, Left } from '../importer.ts';
import { kindOf, type ReadCall, readCall } from '../otel/read-call.ts';
import type { Span, SpanEvent } from '../otel/span.ts';
import { type Export, spansIn } from '../otel/spans-in.ts';

/** Spans that observe calls of models, as OpenTelemetry's conventions say them: a trace is a session. */
export function readOtel(text: string): Harvest {
  const { values, left: torn } = readJsonValues(text);
  const { taken, left: unread } = collect(values, spansIn);
  const { spans, orphans } = withRecords(taken);
  const left = [...torn, ...unread, ...taken.flatMap((each) => each.left)];
  if (orphans > 0) {
    const reason = `${orphans} records of logs belong to spans that are not in this file`;
    left.push({ line: 1, reason });
  }
  if (spans.length === 0 && left.length === 0) throw new ForeignInputError(1, 'it holds no spans');
  if (spans.length > 0 && !spans.some(isOperation)) {
    const reason = `none of its ${spans.length} spans is a call of a model`;
    return { found: [], left: [...left, { line: spans[0]?.line ?? 1, reason }] };
  }
  const traces = Map.groupBy(spans, ({ traceId }) => traceId);
  const harvests = [...traces].map(([id, trace]) =>
    traceOf(trace, traces.size > 1 ? id : undefined),
  );
  return {
    found: harvests.flatMap(({ found }) => found),
    left: [...left, ...harvests.flatMap((harvest) => harvest.left)],
  };
}

const isOperation = (span: Span): boolean => ['call', 'other-operation'].includes(kindOf(span));

/** Records of logs say what was said beside the spans that they name. */
function withRecords(exports: readonly Export[]): {
  readonly spans: readonly Span[];
  /** How many name spans that are not here. */
  readonly orphans: number;
} {
  const records = Map.groupBy(
    exports.flatMap((each) => each.records),
    ({ spanId }) => spanId,
  );
  const spans = exports.flatMap((each) => each.spans);
  const known = new Set(spans.map(({ spanId }) => spanId));
  const orphans = [...records].flatMap(([spanId, each]) => (known.has(spanId) ? [] : each)).length;
  return {
    orphans,
    spans: spans.map((span) => {
      const beside: readonly SpanEvent[] =
        span.spanId === '' ? [] : (records.get(span.spanId) ?? []).map(({ event }) => event);
      return beside.length === 0 ? span : { ...span, events: [...span.events, ...beside] };
    }),
  };
}

function traceOf(trace: readonly Span[], part: string | undefined): Harvest {
  const spans = trace.toSorted((left, right) => left.start - right.start);
  const kinds = Map.groupBy(spans, kindOf);
  const { taken, left } = collect(kinds.get('call') ?? [], readCall);
  const others = (kinds.get('other-operation') ?? []).map(
    ({ line, attributes }): Left => ({
      line,
      reason: `it is no call of a model, but ${operationName(attributes)}`,
    }),
  );
  const dropped = (kinds.get('call') ?? []).reduce((sum, span) => sum + span.dropped, 0);
  const found: Found = {
    ...(part === undefined ? {} : { part: part || 'no trace' }),
    fidelity: 'semantic',
    losses: [
      'requests and answers as they went over the network',
      'timings, and attributes beside those of words, model, tokens and finish reasons',
      ...contentLosses(taken),
      ...counted(dropped, 'attributes, which the tracer dropped'),
      ...counted(kinds.get('agent')?.length ?? 0, 'spans of agents and tools'),
      ...counted(kinds.get('other')?.length ?? 0, 'spans of other things'),
    ],
    exchanges: taken.map(({ exchange }) => exchange),
  };
  return { found: [found], left: [...left, ...others] };
}

/** Names are of the tracer's making: those that may hold anything else are not repeated. */
function operationName(attributes: Span['attributes']): string {
  const name = attributes['gen_ai.operation.name'] ?? attributes['llm.request.type'];
  return typeof name === 'string' && /^[\w-]{1,40}$/.test(name) ? name : 'another operation';
}

/** Most tracers do not capture what was said unless they are told to. */
function contentLosses(calls: readonly ReadCall[]): readonly string[] {
  const of = `of ${calls.length} calls`;
  const asked = calls.filter((call) => !call.asked).length;
  const answered = calls.filter((call) => !call.answered).length;
  const cut = calls.reduce((sum, call) => sum + call.cut, 0);
  return [
    ...(asked === 0 ? [] : [`what ${asked} ${of} asked: it was not captured`]),
    ...(answered === 0 ? [] : [`what ${answered} ${of} answered: it was not captured`]),
    ...(cut === 0 ? [] : [`the ends of ${cut} texts that the tracer cut: they stand as they are`]),
  ];
}

function counted(count: number, what: string): readonly string[] {
  return count === 0 ? [] : [`${what}: ${count}`];
}
