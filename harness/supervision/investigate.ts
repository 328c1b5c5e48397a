import { resultCache } from '../agent/dispatch/result-cache.ts';
import { runMeter } from '../agent/dispatch/run-meter.ts';
import { placesOf } from '../agent/exchanges.ts';
import { type Run, type RunMemory, type RunOutside, runAgent } from '../agent/run-agent.ts';
import type { SessionMemory, SessionParts } from '../agent/run-session.ts';
import type { Fact } from '../session/event.ts';
import type { RunControl } from '../session/run-control.ts';
import type { Delegation, RunOutcome, RunRequest, Steps } from '../session/runner.ts';
import { openSessionLog, type SessionLog } from '../session/session-log.ts';
import { runWorkedFor } from '../session/sub-run.ts';
import { readReport, reportSchema } from './finding.ts';
import type { Turnstile } from './turnstile.ts';

/**
 * The run of a sub-agent: the same loop, in a workflow of its own, under its own budget. It never speaks in the session: its
 * text streams to nobody, and its answer is a report.
 */
export async function investigate(
  { delegation, ...request }: RunRequest & { readonly delegation: Delegation },
  steps: Steps,
  { turnstile, ...parts }: SessionParts & { readonly turnstile: Turnstile },
): Promise<RunOutcome> {
  const family = runWorkedFor(request.runId);
  const leave = await turnstile.enter(family, delegation.concurrency);
  try {
    return await work({ ...request, delegation }, steps, parts);
  } finally {
    leave();
  }
}

async function work(
  request: RunRequest & { readonly delegation: Delegation },
  steps: Steps,
  parts: SessionParts,
): Promise<RunOutcome> {
  const { runId, text, delegation } = request;
  const { store, feed, host, team, model } = parts;
  const entry = { ...team.get(delegation.agent), output: reportSchema };
  const log = unheard(openSessionLog(request, { store, feed, clock: host.clock }));
  const opening: Fact = { type: 'sub-agent-started', agent: entry.name, objective: text };
  await log.append('delegation', [opening]);
  const run: Run = {
    request,
    receivedAt: delegation.receivedAt,
    runOrdinal: delegation.runOrdinal,
    history: [opening],
    entry,
    team,
    model,
    log,
    steps,
    meter: runMeter(parts.budget),
    cache: resultCache(),
    places: placesOf(`${delegation.runOrdinal}.${delegation.number}`),
    ...(parts.memory === undefined ? {} : { memory: memoryOf(request, parts.memory, store) }),
  };
  const outside: RunOutside = { ...parts, control: controlOf(runWorkedFor(runId), parts.control) };
  const outcome = await runAgent(run, outside);
  await log.append('report', [endingFact(entry.name, outcome)]);
  return outcome;
}

/**
 * It begins knowing nothing, and nobody goes on from where it ends: what it has folded is in its own steps, and is no version of
 * what the session remembers. Its log is counted by itself, because what stands between its events is chance.
 */
function memoryOf(
  { sessionId, runId }: RunRequest,
  memory: SessionMemory,
  store: SessionParts['store'],
): RunMemory {
  return {
    ...memory,
    remembered: undefined,
    summaries: { add: async () => undefined },
    readEvents: async (after) =>
      (await store.readEvents(sessionId, 0))
        .filter((event) => event.runId === runId)
        .map(({ fact }, index) => ({ fact, seq: index + 1 }))
        .slice(after),
  };
}

function endingFact(agent: string, outcome: RunOutcome): Fact {
  if (outcome.kind === 'failed') return { type: 'sub-agent-failed', agent, error: outcome.error };
  const report = outcome.kind === 'answered' ? readReport(outcome.text) : undefined;
  if (report !== undefined) return { type: 'sub-agent-completed', agent, report };
  const error =
    outcome.kind === 'answered'
      ? { code: 'REPORT_INVALID', message: 'What it answered is no report.' }
      : { code: 'RUN_CANCELLED', message: 'The investigation was cancelled.' };
  return { type: 'sub-agent-failed', agent, error };
}

/** Whoever cancels a run cancels those that work for it. What is said meanwhile is said to that run, and not to them. */
function controlOf(runId: string, control: RunControl): RunControl {
  const isCancelRequested = (sessionId: string): Promise<boolean> =>
    control.isCancelRequested(sessionId, runId);
  return {
    ...control,
    isCancelRequested,
    look: async (_runId, { sessionId }) => ({
      isCancelRequested: await isCancelRequested(sessionId),
      steering: [],
    }),
    beginEffect: ({ key }, reader) => control.beginEffect({ key, runId }, reader),
  };
}

function unheard(log: SessionLog): SessionLog {
  const silence = { add: async () => undefined, flush: async () => undefined };
  return { ...log, openText: async () => silence };
}
