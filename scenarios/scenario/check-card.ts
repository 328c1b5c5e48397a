import { isDeepStrictEqual } from 'node:util';
import type { Fact } from '#harness';
import type { Observation } from '../checkers/observation.ts';
import { formatMoney } from '../desk/money.ts';
import { createWorldState } from '../desk/world/create-world-state.ts';
import type { CallPattern, Scenario } from './define-scenario.ts';
import {
  callsIn,
  formatPattern,
  matchesPattern,
  routeIn,
  type SessionCall,
} from './session-calls.ts';

/** One line of a card, held against what happened. */
export interface Finding {
  /** What the line is about: what is so at the end, how it came about, what was said, what it took. */
  readonly aspect: 'final-state' | 'trajectory' | 'reply' | 'budget';
  /** `required` should have happened; `forbidden` must not have, and where it has, nothing else makes up for it. */
  readonly kind: 'required' | 'forbidden';
  readonly ok: boolean;
  /** One sentence, whichever way it went: what the card says and what was found. */
  readonly reason: string;
}

type DecidedFact = Extract<Fact, { type: 'approval-decided' }>;
type SeenSession = Pick<Observation, 'events' | 'outcomes' | 'world'>;

/** Holds a finished session against its scenario's card. One finding for each line of the card. */
export function checkCard(scenario: Scenario, seen: SeenSession): readonly Finding[] {
  return [
    ...checkFinalState(scenario, seen),
    ...checkTrajectory(scenario, seen),
    ...checkReply(scenario, seen),
    ...checkBudget(scenario, seen),
  ];
}

function checkFinalState({ final, world: seed }: Scenario, seen: SeenSession): readonly Finding[] {
  const { refunds, mails, claims, ...untouched } = seen.world;
  const earlier = new Set([...seed.refunds, ...seed.mails, ...seed.claims].map(({ id }) => id));
  const made = refunds.filter(({ id }) => !earlier.has(id)).map(formatRefund);
  const expected = final.refunds.map(formatRefund);
  const others = {
    ...untouched,
    claims: claims.filter(({ id }) => earlier.has(id)),
    refunds: refunds.filter(({ id }) => earlier.has(id)),
    mails: mails.filter(({ id }) => earlier.has(id)),
  };
  const answered = seen.outcomes.filter(({ kind }) => kind === 'answered').length;
  const replies = mails.length - others.mails.length;
  return [
    finding('final-state', 'required', {
      ok: expected.every((each) => countOf(made, each) >= countOf(expected, each)),
      reason: `refunds expected: ${listOf(expected)}; made: ${listOf(made)}`,
    }),
    finding('final-state', 'forbidden', {
      ok: made.every((each) => countOf(made, each) <= countOf(expected, each)),
      reason: `refunds beyond those expected (${listOf(expected)}); made: ${listOf(made)}`,
    }),
    finding('final-state', 'required', {
      ok: replies === final.replies,
      reason: `mails to the customer expected: ${final.replies}; sent: ${replies}`,
    }),
    ...checkClaims(
      final,
      claims.filter(({ id }) => !earlier.has(id)).map(({ orderId }) => orderId),
    ),
    ...checkApprovals(final, seen),
    finding('final-state', 'forbidden', {
      ok: isDeepStrictEqual(others, createWorldState(seed).snapshot()),
      reason: 'everything else in the world stays as it was',
    }),
    finding('final-state', 'required', {
      ok: answered === seen.outcomes.length && answered > 0,
      reason: `messages answered: ${answered} of ${seen.outcomes.length}`,
    }),
  ];
}

/** A card that expects no claims has no line for them unless there are some: a claim is money asked for. */
function checkClaims(
  { claims: expected = [] }: Scenario['final'],
  filed: readonly string[],
): readonly Finding[] {
  if (expected.length + filed.length === 0) return [];
  const all = `claims expected: ${listOf(expected)}; filed: ${listOf(filed)}`;
  return [
    finding('final-state', 'required', {
      ok: expected.every((each) => countOf(filed, each) >= countOf(expected, each)),
      reason: all,
    }),
    finding('final-state', 'forbidden', {
      ok: filed.every((each) => countOf(filed, each) <= countOf(expected, each)),
      reason: `no more than that; ${all}`,
    }),
  ];
}

function checkApprovals(
  { approvals: expected = [] }: Scenario['final'],
  { events }: SeenSession,
): readonly Finding[] {
  const decided = events.flatMap(({ fact }) =>
    fact.type === 'approval-decided' ? [formatApproval(fact)] : [],
  );
  const wanted = expected.map(formatApproval);
  if (wanted.length + decided.length === 0) return [];
  return [
    finding('final-state', 'required', {
      ok: isDeepStrictEqual(decided, wanted),
      reason: `decisions expected: ${listOf(wanted)}; taken: ${listOf(decided)}`,
    }),
  ];
}

function checkTrajectory({ route, calls }: Scenario, { events }: SeenSession): readonly Finding[] {
  const taken = routeIn(events);
  const made = callsIn(events);
  const completed = made.filter((call) => call.completed);
  const names = listOf(completed.map(({ tool }) => tool));
  return [
    finding('trajectory', 'required', {
      ok: isDeepStrictEqual(taken, route),
      reason: `route expected: ${route.join(' → ')}; taken: ${taken.join(' → ')}`,
    }),
    ...calls.required.map((pattern) =>
      finding('trajectory', 'required', {
        ok: completed.some((call) => matchesPattern(call, pattern)),
        reason: `call required: ${formatPattern(pattern)}; completed: ${names}`,
      }),
    ),
    finding('trajectory', 'required', {
      ok: isInOrder(completed, calls.ordered),
      reason: `calls expected in order: ${calls.ordered.map(formatPattern).join(' → ')}; completed: ${names}`,
    }),
    ...calls.forbidden.map((pattern) => {
      const breaches = made.filter((call) => matchesPattern(call, pattern));
      return finding('trajectory', 'forbidden', {
        ok: breaches.length === 0,
        reason: `call forbidden: ${formatPattern(pattern)}; asked for: ${breaches.length} times`,
      });
    }),
  ];
}

function checkReply({ reply, world: seed }: Scenario, { world }: SeenSession): readonly Finding[] {
  const earlier = new Set(seed.mails.map(({ id }) => id));
  const text = world.mails
    .filter(({ id }) => !earlier.has(id))
    .map(({ subject, body }) => `${subject}\n${body}`)
    .join('\n\n');
  return [
    ...reply.mustState.map((pattern) =>
      finding('reply', 'required', {
        ok: text.search(pattern) !== -1,
        reason: `the reply must state ${pattern}; it says: ${JSON.stringify(text)}`,
      }),
    ),
    ...reply.mustNot.map((pattern) =>
      finding('reply', 'forbidden', {
        ok: text.search(pattern) === -1,
        reason: `the reply must not state ${pattern}; it says: ${JSON.stringify(text)}`,
      }),
    ),
  ];
}

function checkBudget({ budget }: Scenario, { events }: SeenSession): readonly Finding[] {
  const turns = events.flatMap(({ fact }) => (fact.type === 'model-turn-completed' ? [fact] : []));
  const spent = {
    modelTurns: turns.length,
    toolCalls: callsIn(events).length,
    tokens: turns.reduce((sum, { usage }) => sum + usage.inputTokens + usage.outputTokens, 0),
  };
  return (['modelTurns', 'toolCalls', 'tokens'] as const).map((name) =>
    finding('budget', 'required', {
      ok: spent[name] <= budget[name],
      reason: `${name} allowed: ${budget[name]}; spent: ${spent[name]}`,
    }),
  );
}

function finding(
  aspect: Finding['aspect'],
  kind: Finding['kind'],
  result: Pick<Finding, 'ok' | 'reason'>,
): Finding {
  return { aspect, kind, ...result };
}

function isInOrder(calls: readonly SessionCall[], patterns: readonly CallPattern[]): boolean {
  let rest = calls;
  for (const pattern of patterns) {
    const place = rest.findIndex((call) => matchesPattern(call, pattern));
    if (place === -1) return false;
    rest = rest.slice(place + 1);
  }
  return true;
}

const formatRefund = ({
  chargeId,
  amountMinor,
  currency,
}: Scenario['final']['refunds'][number]): string =>
  `${formatMoney(amountMinor, currency)} of ${chargeId}`;

const formatApproval = ({
  tool,
  verdict,
  decidedBy,
}: Pick<DecidedFact, 'tool' | 'verdict' | 'decidedBy'>): string =>
  `${tool} ${verdict}${decidedBy === undefined ? '' : ` by ${decidedBy}`}`;

const countOf = (items: readonly string[], item: string): number =>
  items.filter((each) => each === item).length;

const listOf = (items: readonly string[]): string =>
  items.length === 0 ? 'none' : items.join(', ');
