import type { Json, ToolCall } from '#harness';
import { type ExchangeKind, placeName } from '../format/recording.ts';
import type { Checklist } from './checklist.ts';
import { compareSaid } from './compare-said.ts';
import type { Divergence, DivergenceClass, Drift, ExchangeReference } from './divergence.ts';
import { missingCall } from './find-end-divergences.ts';
import type { Latch } from './latch.ts';
import type { DriftLedger } from './policy/drift-ledger.ts';
import { lineAt, referenceTo, type Tape, type TapedExchange } from './tape.ts';

export type Explanation = Partial<Pick<Divergence, 'wouldMatch' | 'definitions'>>;

/** What a divergence says beside where it happened. */
type Finding = Omit<Drift, 'at' | 'line'> & {
  readonly equal?: readonly string[];
  /** What else to say of a divergence: looked for only where there is one. */
  readonly explain?: () => Explanation;
};

/** Finds what stands at a place, and says what is not as it was recorded. */
export interface Finder {
  /** Latches a divergence and throws, unless its class is accepted: then the recorded answer holds. */
  readonly differ: (at: ExchangeReference, finding: Finding) => void;
  /** Whether what is said now is what was recorded; `kind` is the class of a difference. False only where it is accepted. */
  readonly compare: (
    at: ExchangeReference,
    kind: DivergenceClass,
    said: { readonly subject: string; readonly recorded: Json; readonly asked: Json },
  ) => boolean;
  /** Keeps what can be neither confirmed nor denied. */
  readonly doubt: (at: ExchangeReference, what: Pick<Drift, 'difference' | 'note'>) => void;
  /** What stands at the place, if it is of that kind and, for a call, of that tool. */
  readonly take: <Kind extends ExchangeKind>(
    kind: Kind,
    asked: ExchangeReference,
    call?: ToolCall,
  ) => Extract<TapedExchange, { t: Kind }>;
}

export interface FinderParts {
  readonly tape: Tape;
  readonly latch: Latch;
  readonly checklist: Checklist;
  readonly ledger: DriftLedger;
}

export function createFinder({ tape, latch, checklist, ledger }: FinderParts): Finder {
  // Places whose exchange stands elsewhere, where the order is accepted: whoever asks again gets the same.
  const moved = new Map<string, TapedExchange>();
  const diverge = (at: ExchangeReference, { equal = [], explain, ...finding }: Finding): never => {
    // A run that ended early shows in the runs behind it, as a conversation that is another.
    const missing = missingCall(tape, checklist.openBefore(at.place));
    if (missing !== undefined && !ledger.accepts(missing)) {
      return latch.diverge({ ...missing, ...expiryOf(missing.class) });
    }
    const next = tape.after(at.place);
    return latch.diverge({
      ...finding,
      definitions: [],
      ...explain?.(),
      recording: tape.recording.header.name,
      line: lineAt(tape, at.place),
      at,
      equal,
      ...(next === undefined ? {} : { next: referenceTo(next) }),
      ...expiryOf(finding.class),
      edited: tape.edited,
    });
  };
  const expiryOf = (kind: DivergenceClass): Pick<Divergence, 'expired'> => {
    const expired = ledger.expired(kind);
    return expired === undefined ? {} : { expired };
  };
  const differ = (at: ExchangeReference, finding: Finding): void => {
    const { equal: _, explain: __, ...drift } = finding;
    if (!ledger.accepts({ ...drift, at, line: lineAt(tape, at.place) })) diverge(at, finding);
  };
  const doubt: Finder['doubt'] = (at, what) =>
    ledger.doubt({ ...what, at, line: lineAt(tape, at.place) });
  const find = <Kind extends ExchangeKind>(
    kind: Kind,
    asked: ExchangeReference,
    call: ToolCall | undefined,
  ): Extract<TapedExchange, { t: Kind }> => {
    const found = moved.get(placeName(asked.place)) ?? tape.at(asked.place);
    if (found !== undefined && isKind(found, kind) && isOf(found, call)) return found;
    const elsewhere = findElsewhere(asked, checklist);
    const { place } = asked;
    if (elsewhere?.lane === place.lane && isKind(elsewhere, kind)) {
      differ(asked, misplaced(asked, tape, elsewhere));
      moved.set(placeName(place), elsewhere);
      return elsewhere;
    }
    return diverge(asked, misplaced(asked, tape, elsewhere));
  };
  return {
    differ,
    doubt,
    compare: (at, kind, { subject, recorded, asked }) => {
      const { difference, unknown } = compareSaid(subject, recorded, asked);
      if (difference !== undefined) differ(at, { class: kind, difference });
      if (unknown !== undefined) {
        doubt(at, { difference: unknown, note: 'The recording holds no addresses.' });
      }
      return difference === undefined;
    },
    take: (kind, asked, call) => {
      latch.check();
      const found = find(kind, asked, call);
      checklist.check(referenceTo(found).place);
      return found;
    },
  };
}

function isKind<Kind extends ExchangeKind>(
  exchange: TapedExchange,
  kind: Kind,
): exchange is Extract<TapedExchange, { t: Kind }> {
  return exchange.t === kind;
}

function isOf(found: TapedExchange, call: ToolCall | undefined): boolean {
  return call === undefined || !('tool' in found) || found.tool === call.tool;
}

/** Where the recording holds what is asked for, not yet asked: in the same lane if it does there. */
function findElsewhere(
  { exchange, place }: ExchangeReference,
  checklist: Checklist,
): TapedExchange | undefined {
  const same = checklist.open().filter((each) => referenceTo(each).exchange === exchange);
  const inLane = same.find(({ lane }) => lane === place.lane);
  // The name of a call says all that it asks; one request to a model is not another's.
  return inLane ?? same.find(({ t }) => t === 'tool' || t === 'decision');
}

/** Nothing is taken from another place: it is only said where the recording holds what was asked for. */
function misplaced(
  asked: ExchangeReference,
  tape: Tape,
  elsewhere: TapedExchange | undefined,
): Finding {
  const found = tape.at(asked.place);
  const held = found === undefined ? 'nothing' : referenceTo(found).exchange;
  const note = `The recording holds ${held} there`;
  const isClock = asked.exchange === 'clock' || asked.exchange === 'dice';
  if (elsewhere === undefined || elsewhere.lane !== asked.place.lane) {
    const explain = (): Explanation =>
      elsewhere === undefined ? {} : { wouldMatch: referenceTo(elsewhere) };
    return { class: isClock ? 'CLOCK' : 'EXTRA_CALL', note: `${note}.`, explain };
  }
  const { place } = referenceTo(elsewhere);
  return {
    class: isClock ? 'CLOCK' : 'ORDER',
    note: `${note}; it holds what was asked for at ${placeName(place)}.`,
  };
}
