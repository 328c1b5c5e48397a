import type { Observation } from './observation.ts';
import type { Violation } from './violation.ts';

/** I6: every tool call that was asked for has exactly one result, and no result stands alone. */
export function checkToolResults({ events }: Pick<Observation, 'events'>): readonly Violation[] {
  const calls = new Map<string, { tool: string; requests: number; results: number }>();
  for (const { runId, fact } of events) {
    const isRequest = fact.type === 'tool-requested';
    if (!isRequest && fact.type !== 'tool-completed' && fact.type !== 'tool-failed') continue;
    const id = `${runId} ${fact.callId}`;
    const call = calls.get(id) ?? { tool: fact.tool, requests: 0, results: 0 };
    if (isRequest) call.requests += 1;
    else call.results += 1;
    calls.set(id, call);
  }
  return [...calls].flatMap(([id, { tool, requests, results }]) => {
    if (requests === 1 && results === 1) return [];
    const found = `${requests} requests and ${results} results`;
    return [
      {
        invariant: 'I6',
        expected: '1 request and 1 result',
        found,
        message: `The call of ${tool} (${id}) has ${found}, not one of each.`,
      },
    ];
  });
}
