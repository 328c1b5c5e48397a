import type { Json } from '#harness';

export type Attributes = Readonly<Record<string, Json>>;

/** Something said beside a span: an event of it, or a record of a log. */
export interface SpanEvent {
  readonly name: string;
  readonly attributes: Attributes;
  /** What a record of a log says. */
  readonly body?: Json;
}

/** A span, whichever exporter wrote it. */
export interface Span {
  readonly line: number;
  /** Empty where the exporter does not say. */
  readonly traceId: string;
  readonly spanId: string;
  readonly name: string;
  /** In milliseconds; 0 where the exporter does not say. */
  readonly start: number;
  readonly attributes: Attributes;
  readonly events: readonly SpanEvent[];
  readonly failed: boolean;
  /** How many attributes the tracer dropped. */
  readonly dropped: number;
}
