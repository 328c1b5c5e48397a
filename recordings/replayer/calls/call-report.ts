import type { Divergence, ExchangeReference } from '../divergence.ts';
import { missingCall } from '../find-end-divergences.ts';
import { referenceTo, type TapedExchange } from '../tape.ts';
import { type CallTape, isHttp, isModel } from './call-tape.ts';

/** Something that nobody can say of a replay, because it did not happen in it. */
export interface CallDoubt {
  readonly at: ExchangeReference;
  readonly note: string;
}

export interface CallReplayReport {
  readonly recording: string;
  /** Calls that were asked for, and answered as they were recorded. */
  readonly models: number;
  readonly tools: number;
  readonly http: number;
  /** `unverifiable`: nothing diverged, and of something nobody can say. That is no agreement. */
  readonly verdict: 'same' | 'unverifiable';
  readonly unverifiable: readonly CallDoubt[];
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

export function reportOf({ tape, ...of }: AnsweredCalls): CallReplayReport {
  const asked = tape.exchanges.filter(of.isAsked);
  const models = asked.filter(isModel).length;
  const http = asked.filter(isHttp).length;
  const hidden = tape.exchanges.filter((each) => of.isDue(each) && !of.isAsked(each));
  const unverifiable = [
    ...hidden.filter(of.isHidden).map((each) => ({
      at: referenceTo(each),
      note: 'The tool in which it was made did not run.',
    })),
    ...tape.exchanges.filter(of.isUnseen).map((each) => ({
      at: referenceTo(each),
      note: 'The tool ran, and nobody could compare what it came to.',
    })),
  ];
  return {
    recording: tape.recording.header.name,
    models,
    tools: asked.length - models - http,
    http,
    verdict: unverifiable.length === 0 ? 'same' : 'unverifiable',
    unverifiable,
  };
}

/** What only the end shows: calls that nobody asked for, and a file that is not as it was written. */
export function endDivergence(
  tape: CallTape,
  open: readonly TapedExchange[],
): Divergence | undefined {
  const missing = missingCall(tape, open);
  const [first] = tape.edited;
  if (missing !== undefined || first === undefined) return missing;
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
