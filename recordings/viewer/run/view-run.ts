import {
  inLogicalOrder,
  isSubRun,
  runWorkedFor,
  type SessionEvent,
  type SessionRecord,
  type TextDelta,
} from '#harness';
import { alignSides } from '../align-sides.ts';
import type { Lane, Side, Step, View } from '../view.ts';
import { describeFact, type FactWords, type ToolRequest } from './describe-fact.ts';

// A run that was not recorded, from what its session's log keeps of it. The log holds what happened and when it was stored. It
// does not hold what models were shown, nor what an attempt had said that a later one has superseded: neither is shown.

/** What a database keeps of a session. */
export interface SessionLogData {
  readonly sessionId: string;
  readonly events: readonly SessionEvent[];
  readonly deltas: readonly TextDelta[];
  /** What transactional tools keep in the session, as it is now. */
  readonly records: readonly SessionRecord[];
}

export function viewRun(data: SessionLogData): View {
  const lanes = new Map<string, Lane>();
  const steps = stepsOf(data, lanes);
  const side: Side = {
    name: data.sessionId,
    made: {
      kind: 'run',
      label: 'run',
      says: 'Read from the log of a session. It does not say which model answered, which may have been a playbook, nor what a model was shown.',
    },
    facts: [
      ['runs', String(new Set(data.events.map(({ runId }) => runWorkedFor(runId))).size)],
      ['events', data.events.length.toLocaleString('en')],
    ],
    notices: [],
    steps,
    clock: 'day',
    databaseUnknown:
      'Not known: the log says what tools came to, and the database holds what they keep now, not what each of them changed.',
  };
  return { sides: [side], lanes: [...lanes.values()], items: [], rows: alignSides([side]) };
}

function stepsOf(data: SessionLogData, lanes: Map<string, Lane>): readonly Step[] {
  const placeOf = createPlaces(lanes);
  const attempts = attemptsOf(data.deltas);
  const requests = requestsOf(data.events);
  const steps: Step[] = [];
  const add = (
    event: SessionEvent,
    words: FactWords,
    { mark = '', from = event.storedAt } = {},
  ): void => {
    const { lane, name } = placeOf(event);
    const id = `${name}/${event.step}:${event.ordinal}${mark}`;
    const timing = { from, to: event.storedAt, says: from === event.storedAt ? stored : took };
    steps.push({ id, lane, ...words, links: [], timing });
  };
  const turns = new Set(
    data.events.filter(({ fact }) => fact.type === 'model-turn-completed').map(turnOf),
  );
  for (const event of inLogicalOrder(data.events)) {
    const { fact, ordinal } = event;
    // What a model asks for is part of its answer.
    if (fact.type === 'tool-requested' && turns.has(turnOf(event))) continue;
    const attempt = attempts.get(turnOf(event)) ?? 1;
    if (ordinal === 0 && attempt > 1) {
      add(event, supersededAttempts(attempt), { mark: ':superseded' });
    }
    const isOutcome = fact.type === 'tool-completed' || fact.type === 'tool-failed';
    const asked = requests.filter(({ runId, step, call }) =>
      isOutcome
        ? runId === event.runId && call.callId === fact.callId
        : turnOf(event) === turnOf({ runId, step }),
    );
    const words = describeFact(
      fact,
      asked.map(({ call }) => call),
    );
    const [request] = asked;
    add(event, words, isOutcome && request !== undefined ? { from: request.storedAt } : {});
  }
  return [...steps, ...recordsStep(data, steps.at(-1))];
}

const stored = 'when it was stored, by the clock of the database';
const took =
  'from when it was asked for to when its outcome was stored, by the clock of the database';

/** Which lane an event belongs to, and how its run is called: `1`, or `1.2` for a sub-agent. */
function createPlaces(
  lanes: Map<string, Lane>,
): (event: SessionEvent) => { readonly lane: number; readonly name: string } {
  const runs: string[] = [];
  const speaking = new Map<string, string>();
  return ({ runId, fact }) => {
    const run = runWorkedFor(runId);
    if (!runs.includes(run)) runs.push(run);
    const name = `${runs.indexOf(run) + 1}${runId.slice(run.length).replace('~', '.')}`;
    if (fact.type === 'handed-off') speaking.set(runId, fact.from);
    else if ('agent' in fact) speaking.set(runId, fact.agent);
    const agent = ofTheRun.has(fact.type) ? undefined : speaking.get(runId);
    const id = agent === undefined ? name : `${name}/${agent}`;
    if (!lanes.has(id)) {
      const depth = agent === undefined ? 0 : isSubRun(runId) ? 2 : 1;
      lanes.set(id, { id, label: agent ?? `run ${name}`, depth });
    }
    return { lane: [...lanes.keys()].indexOf(id), name };
  };
}

/** Facts that are no agent's doing. */
const ofTheRun = new Set<string>([
  'message-received',
  'message-steered',
  'run-started',
  'run-steered',
  'state-migrated',
  'session-expired',
  'session-cleared',
]);

const turnOf = ({ runId, step }: Pick<SessionEvent, 'runId' | 'step'>): string =>
  JSON.stringify([runId, step]);

/** How often a turn was begun, where it has said anything. */
function attemptsOf(deltas: readonly TextDelta[]): ReadonlyMap<string, number> {
  return new Map(deltas.map((delta) => [turnOf(delta), delta.attempt]));
}

interface AskedCall extends Pick<SessionEvent, 'runId' | 'step' | 'storedAt'> {
  readonly call: ToolRequest;
}

function requestsOf(events: readonly SessionEvent[]): readonly AskedCall[] {
  return events.flatMap(({ runId, step, storedAt, fact }) =>
    fact.type === 'tool-requested' ? [{ runId, step, storedAt, call: fact }] : [],
  );
}

function supersededAttempts(attempt: number): FactWords {
  const says = attempt === 2 ? 'An attempt' : `${attempt - 1} attempts`;
  return {
    kind: 'crash',
    title: attempt === 2 ? 'attempt superseded' : `${attempt - 1} attempts superseded`,
    summary: `The turn was begun ${attempt} times; the last is kept.`,
    isSuperseded: true,
    panels: [
      {
        name: 'event',
        title: 'Attempt',
        facts: [['attempt that counts', String(attempt)]],
        blocks: [
          {
            kind: 'note',
            text: `${says} at this turn had begun and did not come to its end: the process died, or the call was given up and made anew. What it had said is void, and the log keeps nothing of it.`,
          },
        ],
      },
    ],
  };
}

/** What the session keeps in the database, behind its last step. */
function recordsStep({ records }: SessionLogData, last: Step | undefined): readonly Step[] {
  if (records.length === 0 || last === undefined) return [];
  return [
    {
      id: 'records',
      lane: last.lane,
      kind: 'event',
      title: 'records',
      summary: `${records.length} kept in the database`,
      links: [],
      panels: [
        {
          name: 'database',
          title: 'Database',
          facts: [],
          blocks: records.map(({ collection, key, value }) => ({
            kind: 'data',
            label: `${collection} ${key}`,
            value: JSON.parse(JSON.stringify(value ?? null)),
          })),
        },
      ],
    },
  ];
}
