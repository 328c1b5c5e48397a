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
  const spans = withRecords(taken);
  if (spans.length === 0 && torn.length + unread.length === 0) {
    throw new ForeignInputError(1, 'it holds no spans');
  }
  const traces = Map.groupBy(spans, ({ traceId }) => traceId);
  const harvests = [...traces].map(([id, trace]) =>
    traceOf(trace, traces.size > 1 ? id : undefined),
  );
  return {
    found: harvests.flatMap(({ found }) => found),
    left: [...torn, ...unread, ...harvests.flatMap(({ left }) => left)],
  };
}

/** Records of logs say what was said beside the spans that they name. */
function withRecords(exports: readonly Export[]): readonly Span[] {
  const records = Map.groupBy(
    exports.flatMap((each) => each.records),
    ({ spanId }) => spanId,
  );
  return exports
    .flatMap((each) => each.spans)
    .map((span) => {
      const beside: readonly SpanEvent[] =
        span.spanId === '' ? [] : (records.get(span.spanId) ?? []).map(({ event }) => event);
      return beside.length === 0 ? span : { ...span, events: [...span.events, ...beside] };
    });
}

function traceOf(trace: readonly Span[], part: string | undefined): Harvest {
  const spans = trace.toSorted((left, right) => left.start - right.start);
  const kinds = Map.groupBy(spans, kindOf);
  const { taken, left } = collect(kinds.get('call') ?? [], readCall);
  const others = (kinds.get('other-operation') ?? []).map(
    ({ line }): Left => ({ line, reason: 'it is an operation that is no call of a model' }),
  );
  const dropped = (kinds.get('call') ?? []).reduce((sum, span) => sum + span.dropped, 0);
  const found: Found = {
    ...(part === undefined ? {} : { part: part || 'no trace' }),
    fidelity: 'semantic',
    losses: [
      'requests and answers as they went over the network',
      'timings',
      ...contentLosses(taken),
      ...counted(dropped, 'attributes, which the tracer dropped'),
      ...counted(kinds.get('agent')?.length ?? 0, 'spans of agents and tools'),
      ...counted(kinds.get('other')?.length ?? 0, 'spans of other things'),
    ],
    exchanges: taken.map(({ exchange }) => exchange),
  };
  return { found: [found], left: [...left, ...others] };
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
