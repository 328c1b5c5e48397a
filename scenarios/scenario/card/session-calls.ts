import { isDeepStrictEqual } from 'node:util';
import { inLogicalOrder, type Json, type SessionEvent } from '#harness';
import type { CallPattern } from '../define-scenario.ts';

/** A tool call as the session's log tells it. */
export interface SessionCall {
  readonly tool: string;
  readonly input: Json;
  /** True when the tool did what it was asked; false when it refused, failed or never answered. */
  readonly completed: boolean;
}

/** The tool calls of a session, in the order in which they were asked for. */
export function callsIn(events: readonly SessionEvent[]): readonly SessionCall[] {
  return events.flatMap(({ runId, fact }) => {
    if (fact.type !== 'tool-requested') return [];
    const completed = events.some(
      (event) =>
        event.runId === runId &&
        event.fact.type === 'tool-completed' &&
        event.fact.callId === fact.callId,
    );
    return [{ tool: fact.tool, input: fact.input, completed }];
  });
}

/** The agents that spoke, in order, each change once. */
export function routeIn(events: readonly SessionEvent[]): readonly string[] {
  const speakers = events.flatMap(({ fact }) =>
    fact.type === 'run-started' ? [fact.agent] : fact.type === 'handed-off' ? [fact.to] : [],
  );
  return speakers.filter((speaker, index) => speaker !== speakers[index - 1]);
}

/** The investigators that were sent out, one for each objective, in the plan's order. */
export function investigatorsIn(events: readonly SessionEvent[]): readonly string[] {
  return inLogicalOrder(events).flatMap(({ fact }) =>
    fact.type === 'sub-agent-started' ? [fact.agent] : [],
  );
}

export function matchesPattern(call: SessionCall, pattern: CallPattern): boolean {
  const { tool, input, inputOtherThan } = pattern;
  return (
    call.tool === tool &&
    (input === undefined || holds(call.input, input)) &&
    (inputOtherThan === undefined || !holds(call.input, inputOtherThan))
  );
}

/** `issueRefund(chargeId: "ch_A2", …)`, `issueRefund(other than amountMinor: 4900)`. */
export function formatPattern({ tool, input, inputOtherThan }: CallPattern): string {
  const parts = [
    ...(input === undefined ? [] : [formatArguments(input)]),
    ...(inputOtherThan === undefined ? [] : [`other than ${formatArguments(inputOtherThan)}`]),
  ];
  return parts.length === 0 ? tool : `${tool}(${parts.join(', ')})`;
}

const formatArguments = (input: Readonly<Record<string, Json>>): string =>
  Object.entries(input)
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
    .join(', ');

function holds(input: Json, expected: Readonly<Record<string, Json>>): boolean {
  const found = new Map(typeof input === 'object' && input !== null ? Object.entries(input) : []);
  return Object.entries(expected).every(([name, value]) =>
    isDeepStrictEqual(found.get(name), value),
  );
}
