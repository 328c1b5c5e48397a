import { transcriptOf } from '../memory/transcript.ts';
import { redactionStream } from '../safety/redaction-stream.ts';
import type { Fact } from '../session/event.ts';
import type { SteeringMessage } from '../session/steering.ts';
import type { Agent } from './define-agent.ts';
import { refusedByQuota } from './dispatch/token-quota.ts';
import { type ToolsChanged, type ToolVersions, toolsChanged } from './live-tools.ts';
import { takeMeteredTurn } from './metered-turn.ts';
import type { ModelTurn } from './model-turn.ts';
import type { Run, RunOutside } from './run-agent.ts';
import type { RunContext } from './run-context.ts';
import type { WithheldTurn } from './withhold-turn.ts';

/** A model turn about to be taken. */
interface NextTurn {
  readonly run: Run;
  readonly step: string;
  readonly agent: Agent;
  readonly context: Pick<RunContext, 'messages' | 'hasRoomFor'>;
  /** Ordinal of the last run whose message this one has read. */
  readonly readUpTo: number;
  /** The tools that the agent was last shown. */
  readonly shown: ToolVersions;
}

/** Saved as the result of a model turn's step. */
interface TakenTurn {
  /** Postponed: what came meanwhile leaves no room for the call; it is made when there is. */
  readonly turn: ModelTurn | WithheldTurn | { readonly kind: 'postponed' };
  /** Messages that came during the run and that the turn has read. */
  readonly read: readonly SteeringMessage[];
  /** That the agent had other tools than before: saved, so that a recovered run says the same. */
  readonly changed?: readonly ToolsChanged[];
  /** Milliseconds since the epoch. */
  readonly endedAt: number;
}

/** One step: looks whether the run is to end or has been told more, then lets the model speak. */
export function modelStep(next: NextTurn, outside: RunOutside): Promise<TakenTurn> {
  const { run, step, context, readUpTo } = next;
  const { host, exchanges, control } = outside;
  const { sessionId, runId, principal } = run.request;
  const place = run.places(next.agent.name);
  return run.steps.run(step, async () => {
    const agent = run.team.now(next.agent);
    const signals = await control.look(runId, { sessionId, principal, after: readUpTo });
    if (signals.isCancelRequested) {
      return { turn: { kind: 'cancelled' }, read: [], endedAt: host.clock.now() };
    }
    const metered = { key: `${sessionId}/${runId}/${step}`, principal, nowMs: host.clock.now() };
    const refusal = await refusedByQuota(metered, outside);
    if (refusal !== undefined) {
      return { turn: { kind: 'failed', error: refusal }, read: [], endedAt: host.clock.now() };
    }
    const read = exchanges.steering(place, () => signals.steering);
    const news = transcriptOf(steeredFacts(read));
    if (!context.hasRoomFor(agent, news)) {
      const turn = news.length === 0 ? noRoom(agent) : ({ kind: 'postponed' } as const);
      return { turn, read, endedAt: host.clock.now() };
    }
    const messages = [...context.messages, ...news];
    const text = await run.log.openText(step);
    // What must not be kept is not shown either: a piece is stored when it is sure that none of it is sensitive.
    const safe = redactionStream();
    const onText = (piece: string): Promise<void> => text.add(safe.add(piece));
    const model = exchanges.model(place, run.model);
    const turn = await takeMeteredTurn({ agent, messages, model, onText }, metered, outside);
    if (turn.kind === 'withheld') {
      // A new attempt, of which nothing comes: whoever was shown some of this one is told that it is void.
      await run.log.openText(step);
    } else {
      await text.add(safe.end());
      await text.flush();
    }
    const changed = toolsChanged(agent, next.shown);
    return {
      turn,
      read,
      ...(changed === undefined ? {} : { changed: [changed] }),
      endedAt: host.clock.now(),
    };
  });
}

/** Its tools have become more since room was made for the turn. */
function noRoom({ name }: Agent): ModelTurn {
  const message = `The tools that ${name} has now leave no room in its budget.`;
  return { kind: 'failed', error: { code: 'CONTEXT_OVER_BUDGET', message } };
}

/** That a run has read messages which are not its own. */
export function steeredFacts(read: readonly SteeringMessage[]): readonly Fact[] {
  return read.map((message) => ({ type: 'message-steered', ...message }));
}
