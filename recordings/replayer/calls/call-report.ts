import type { Divergence } from '../divergence.ts';
import { missingCall } from '../find-end-divergences.ts';
import type { DriftLedger } from '../policy/drift-ledger.ts';
import type { Standings } from '../report/format-standings.ts';
import { lineAt, referenceTo, type TapedExchange } from '../tape.ts';
import { type CallTape, isHttp, isModel } from './call-tape.ts';

export interface CallReplayReport extends Standings {
  readonly recording: string;
  /** Calls that were asked for, and answered as they were recorded. */
  readonly models: number;
  readonly tools: number;
  readonly http: number;
  /** `unverifiable`: nothing diverged, and of something nobody can say. That is no agreement. */
  readonly verdict: 'same' | 'unverifiable';
}

/** What became of the calls of a recording. */
export interface AnsweredCalls {
  readonly tape: CallTape;
  readonly isAsked: (exchange: TapedExchange) => boolean;
  /** Whether it is the recording that has to answer it. */
  readonly isDue: (exchange: TapedExchange) => boolean;
  /** Whether it was made within a tool that did not run. */
  readonly isHidden: (exchange: TapedExchange) => boolean;
  /** Whether it is of a tool that ran where nobody could compare what it came to. */
  readonly isUnseen: (exchange: TapedExchange) => boolean;
}

/** Calls that somebody had to ask for, and nobody did. */
export function openOf({ tape, ...of }: AnsweredCalls): readonly TapedExchange[] {
  return tape.exchanges.filter(
    (each) => of.isDue(each) && !of.isAsked(each) && !of.isHidden(each) && !of.isUnseen(each),
  );
}

/** What nobody can say of these calls, because it did not happen in the replay, goes to the ledger. */
export function reportOf({ tape, ...of }: AnsweredCalls, ledger: DriftLedger): CallReplayReport {
  const asked = tape.exchanges.filter(of.isAsked);
  const models = asked.filter(isModel).length;
  const http = asked.filter(isHttp).length;
  const doubt = (exchange: TapedExchange, note: string): void => {
    const at = referenceTo(exchange);
    ledger.doubt({ at, line: lineAt(tape, at.place), note });
  };
  for (const each of tape.exchanges) {
    if (of.isDue(each) && !of.isAsked(each) && of.isHidden(each)) {
      doubt(each, 'The tool in which it was made did not run.');
    }
    if (of.isUnseen(each)) doubt(each, 'The tool ran, and nobody could compare what it came to.');
  }
  const unverifiable = ledger.doubts();
  return {
    recording: tape.recording.header.name,
    models,
    tools: asked.length - models - http,
    http,
    verdict: unverifiable.length === 0 ? 'same' : 'unverifiable',
    drifts: ledger.accepted(),
    unverifiable,
    policies: ledger.standings(),
  };
}

/** What only the end shows: calls that nobody asked for, a file that is not as it was written, lines that are out of their place. */
export function endDivergence(
  tape: CallTape,
  open: readonly TapedExchange[],
  ledger: DriftLedger,
): Divergence | undefined {
  const found = [missingCall(tape, open), editedFile(tape), misplacedCall(tape)].find(
    (each) => each !== undefined && !ledger.accepts(each),
  );
  if (found === undefined) return undefined;
  const expired = ledger.expired(found.class);
  return { ...found, calls: true, ...(expired === undefined ? {} : { expired }) };
}

/** Calls are asked for by their kind: that a lane's stand in another order than they were made only their numbers say. */
function misplacedCall(tape: CallTape): Divergence | undefined {
  const counts = new Map<string, number>();
  const found = tape.exchanges.find(({ lane, n }) => {
    const due = counts.get(lane) ?? 0;
    counts.set(lane, due + 1);
    return n !== due;
  });
  if (found === undefined) return undefined;
  const at = referenceTo(found);
  return {
    recording: tape.recording.header.name,
    class: 'ORDER',
    line: lineAt(tape, at.place),
    at,
    note: 'It does not stand behind the call of its lane that was made before it.',
    equal: [],
    definitions: [],
    edited: tape.edited,
  };
}

function editedFile(tape: CallTape): Divergence | undefined {
  const [first] = tape.edited;
  if (first === undefined) return undefined;
  return {
    recording: tape.recording.header.name,
    class: 'EDITED',
    line: first.line,
    definitions: [],
    ...(first.at === undefined ? {} : { at: first.at }),
    equal: [],
    edited: tape.edited,
  };
}
