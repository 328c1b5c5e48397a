import { type Exchange, isSummaryLane, laneOf, type Recording } from '#recordings';
import type { Scenario, ScenarioMessage } from '../define-scenario.ts';

/** What people said in a recorded session, as a card says it: one message after the other, or while a run was in progress. */
export function sessionOf({ exchanges }: Recording): Pick<Scenario, 'principal' | 'messages'> {
  const said = exchanges.flatMap((each, index) =>
    each.t === 'message' ? [{ ...each, during: duringOf(exchanges, index) }] : [],
  );
  const [first] = said;
  if (first === undefined) throw new TypeError('a recording of a session in which nobody speaks');
  return {
    principal: first.principal,
    messages: said.map(({ text, mode, during }) => ({
      text,
      ...(mode === undefined ? {} : { mode }),
      ...(during === undefined ? {} : { during }),
    })),
  };
}

/** Before which step of an earlier run a message came; undefined where none was to come any more. */
function duringOf(exchanges: Recording['exchanges'], index: number): ScenarioMessage['during'] {
  const saidIn = runOf(exchanges[index]);
  const next = exchanges.findIndex(
    (each, at) => at > index && isStep(each) && runOf(each) < saidIn,
  );
  const step = exchanges[next];
  if (step === undefined) return undefined;
  const run = runOf(step);
  const name = nameOf(step);
  const before = exchanges
    .slice(0, next)
    .filter((each) => isStep(each) && runOf(each) === run && nameOf(each) === name);
  return { run, step: `${name}#${before.length + 1}`, moment: 'before' };
}

const runOf = (exchange: Exchange | undefined): number =>
  exchange === undefined ? Number.NaN : laneOf(exchange.lane).run;

/** Whether it is of a step of the run itself, and not of a sub-agent's or of its summary. */
function isStep({ t, lane }: Exchange): boolean {
  return (t === 'model' || t === 'tool') && laneOf(lane).sibling === 0 && !isSummaryLane(lane);
}

const nameOf = (exchange: Exchange): string => (exchange.t === 'tool' ? exchange.tool : 'model');

/** Whether the session was read from a database, and so is nobody's scenario. */
export const isCaptured = ({ header }: Recording): boolean => header.made.startsWith('captured:');

/** Who decides when it is played again: who decided in a session that was captured is nobody's script. */
export const whoDecided = (recording: Recording): 'recorded' | 'live' =>
  isCaptured(recording) ? 'recorded' : 'live';

/** The scenario with what happened in a session of its subject: its people's words, at its time. */
export function asHappened(scenario: Scenario, recording: Recording): Scenario {
  const clock = recording.exchanges.find((each) => each.t === 'clock');
  const now = clock?.t === 'clock' ? new Date(clock.value).toISOString() : scenario.world.now;
  return { ...scenario, ...sessionOf(recording), world: { ...scenario.world, now } };
}
