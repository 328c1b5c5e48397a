import { isDeepStrictEqual } from 'node:util';
import { askCheckers } from '../../checkers/checker.ts';
import { type Observation, toldIn } from '../../checkers/observation.ts';
import type { CallPattern, Scenario } from '../define-scenario.ts';
import { checkAmounts } from './check-amounts.ts';
import { checkFinalState } from './check-final-state.ts';
import { type Finding, finding, listOf } from './finding.ts';
import { isPaidTurn } from './paid-turn.ts';
import {
  callsIn,
  formatPattern,
  investigatorsIn,
  matchesPattern,
  routeIn,
  type SessionCall,
} from './session-calls.ts';

type SeenSession = Pick<Observation, 'events' | 'outcomes' | 'world' | 'records'>;

/** Holds a finished session against its scenario's card. One finding for each line of the card. */
export function checkCard(scenario: Scenario, seen: Observation): readonly Finding[] {
  const told = { ...seen, events: toldIn(seen) };
  return [
    ...checkFinalState(scenario, seen),
    ...checkTrajectory(scenario, told),
    ...checkAmounts(scenario, told.events),
    ...checkReply(scenario, seen),
    ...checkBudget(scenario, told),
    ...(scenario.checkers ?? []).map((checker) => {
      const [broken] = askCheckers([checker], seen);
      return finding('final-state', 'forbidden', {
        ok: broken === undefined,
        reason: `${checker.name}: ${broken?.message ?? 'holds'}`,
      });
    }),
  ];
}

function checkTrajectory(
  { route, investigators, calls }: Scenario,
  { events }: SeenSession,
): readonly Finding[] {
  const taken = routeIn(events);
  const made = callsIn(events);
  const completed = made.filter((call) => call.completed);
  const names = listOf(completed.map(({ tool }) => tool));
  return [
    finding('trajectory', 'required', {
      ok: isDeepStrictEqual(taken, route),
      reason: `route expected: ${route.join(' → ')}; taken: ${taken.join(' → ')}`,
    }),
    ...(investigators === undefined ? [] : [checkInvestigators(investigators, events)]),
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

function checkInvestigators(expected: readonly string[], events: SeenSession['events']): Finding {
  const sent = investigatorsIn(events);
  return finding('trajectory', 'required', {
    ok: isDeepStrictEqual(sent, expected),
    reason: `investigators expected: ${listOf(expected)}; sent out: ${listOf(sent)}`,
  });
}

function checkReply(
  { reply, world: seed, final }: Scenario,
  { world, outcomes }: SeenSession,
): readonly Finding[] {
  const earlier = new Set(seed.mails.map(({ id }) => id));
  const mails = world.mails
    .filter(({ id }) => !earlier.has(id))
    .map(({ subject, body }) => `${subject}\n${body}`)
    .join('\n\n');
  const answers = outcomes.flatMap((each) => (each.kind === 'answered' ? [each.text] : []));
  const told = final.replies > 0 ? mails : answers.join('\n\n');
  const all = [mails, ...answers].join('\n\n');
  return [
    ...reply.mustState.map((pattern) =>
      finding('reply', 'required', {
        ok: told.search(pattern) !== -1,
        reason: `the reply must state ${pattern}; it says: ${JSON.stringify(told)}`,
      }),
    ),
    ...(reply.lastAnswer ?? []).map((pattern) => {
      const last = outcomes.at(-1);
      const said = last?.kind === 'answered' ? last.text : '';
      return finding('reply', 'required', {
        ok: said.search(pattern) !== -1,
        reason: `the last answer must state ${pattern}; it says: ${JSON.stringify(said)}`,
      });
    }),
    ...reply.mustNot.map((pattern) =>
      finding('reply', 'forbidden', {
        ok: all.search(pattern) === -1,
        reason: `the reply must not state ${pattern}; it says: ${JSON.stringify(all)}`,
      }),
    ),
  ];
}

function checkBudget({ budget }: Scenario, { events }: SeenSession): readonly Finding[] {
  const turns = events.flatMap(({ fact }) => (isPaidTurn(fact) ? [fact] : []));
  const spent = {
    modelTurns: turns.length,
    toolCalls: callsIn(events).length,
    tokens: turns.reduce((sum, { usage }) => sum + usage.inputTokens + usage.outputTokens, 0),
  };
  return [
    ...(['modelTurns', 'toolCalls', 'tokens'] as const).map((name) =>
      finding('budget', 'required', {
        ok: spent[name] <= budget[name],
        reason: `${name} allowed: ${budget[name]}; spent: ${spent[name]}`,
      }),
    ),
    ...checkContexts(events),
  ];
}

/** Where contexts have a budget, no request was larger. */
function checkContexts(events: SeenSession['events']): readonly Finding[] {
  const contexts = events.flatMap(({ fact }) =>
    'context' in fact && fact.context !== undefined ? [fact.context] : [],
  );
  if (contexts.length === 0) return [];
  const over = contexts.filter(({ tokens, budgetTokens }) => tokens > budgetTokens);
  const largest = Math.max(...contexts.map(({ tokens }) => tokens));
  return [
    finding('budget', 'required', {
      ok: over.length === 0,
      reason: `contexts over their budget: ${over.length} of ${contexts.length}; the largest has ${largest} tokens`,
    }),
  ];
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
