import type { Recording } from '#recordings';
import type { Scenario } from '../define-scenario.ts';

/** What people said in a recorded session, as a card says it: one message after the other. */
export function sessionOf({ exchanges }: Recording): Pick<Scenario, 'principal' | 'messages'> {
  const said = exchanges.flatMap((each) => (each.t === 'message' ? [each] : []));
  const [first] = said;
  if (first === undefined) throw new TypeError('a recording of a session in which nobody speaks');
  return {
    principal: first.principal,
    messages: said.map(({ text, mode }) => ({ text, ...(mode === undefined ? {} : { mode }) })),
  };
}

/** Whether the session was read from a database, and so is nobody's scenario. */
export const isCaptured = ({ header }: Recording): boolean => header.made.startsWith('captured:');

/** The scenario with what happened in a session of its subject: its people's words, at its time. */
export function asHappened(scenario: Scenario, recording: Recording): Scenario {
  const clock = recording.exchanges.find((each) => each.t === 'clock');
  const now = clock?.t === 'clock' ? new Date(clock.value).toISOString() : scenario.world.now;
  return { ...scenario, ...sessionOf(recording), world: { ...scenario.world, now } };
}
