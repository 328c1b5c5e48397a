import { cancelRun, failRun, type Run, type RunOutside, runAgent } from '../agent/run-agent.ts';
import { openCourse } from '../agent/run-course.ts';
import { type SessionParts, sessionRun } from '../agent/run-session.ts';
import type { RunBody, RunOutcome } from '../session/runner.ts';
import { investigate } from './investigate.ts';
import { supervise } from './supervise.ts';
import { createTurnstile } from './turnstile.ts';

/** What every run of a harness does: a person's message is answered, an objective is investigated. */
export function runsOf(parts: Omit<SessionParts, 'conduct'>): RunBody {
  const session = { ...parts, conduct: conductRun };
  const answer = sessionRun(session);
  const turnstile = createTurnstile();
  return (request, steps) => {
    const { delegation, ...rest } = request;
    return delegation === undefined
      ? answer(request, steps)
      : investigate({ ...rest, delegation }, steps, { ...session, turnstile });
  };
}

/** An agent that supervises has others find out first; then it, or who took over, goes the way of every agent. */
async function conductRun(run: Run, outside: RunOutside): Promise<RunOutcome> {
  const { entry, history } = run;
  if (entry.supervises === undefined) return runAgent(run, outside);
  const course = openCourse(run, outside);
  const supervised = await supervise({ run, course }, entry.supervises, outside);
  switch (supervised.kind) {
    case 'ready':
      return runAgent(
        { ...run, entry: supervised.agent, history: [...history, ...supervised.facts] },
        outside,
        course,
      );
    case 'failed':
      return failRun(run, { ...supervised, agent: entry });
    case 'cancelled':
      return cancelRun(run, { ...supervised, agent: entry, done: [] });
  }
}
