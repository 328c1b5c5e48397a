import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import type { RecordedPart } from '../format/stream-part.ts';

/** A streamed answer as it came: its parts, and when each of them passed on. */
export interface Arrivals {
  readonly parts: readonly LanguageModelV4StreamPart[];
  /** By the stopwatch, one for each part. */
  readonly arrivals: readonly number[];
}

/** What a recording makes one part of: a part, or deltas of one block in a row. */
interface Fold {
  /** Characters of each piece: of what is no delta none, in one piece. */
  readonly lengths: number[];
  readonly arrivals: number[];
  /** A delta, and nothing is said with it but its text. */
  readonly isBare: boolean;
}

/**
 * When each piece of a recorded answer was there as a whole. A recording may cut a text anew, and take something out of it:
 * a piece has come when as large a share of what was streamed had come. Undefined where the two do not belong together.
 */
export function paceOf(
  streamed: Arrivals,
  recorded: readonly RecordedPart[],
): readonly number[] | undefined {
  const folds = foldArrivals(streamed);
  const kept = folds.length === recorded.length ? folds : folds.filter((fold) => !isDropped(fold));
  if (kept.length !== recorded.length) return undefined;
  return recorded.flatMap((part, index) => {
    const fold = kept[index];
    return fold === undefined ? [] : arrivalsOfPieces(fold, part);
  });
}

/** How many pieces an answer is streamed in. */
export function countPieces(recorded: readonly RecordedPart[]): number {
  return recorded.reduce((total, part) => total + lengthsIn(part).length, 0);
}

/** As `foldParts` of the format folds parts. */
function foldArrivals({ parts, arrivals }: Arrivals): readonly Fold[] {
  const folds: Fold[] = [];
  let open: { readonly type: string; readonly id: string; readonly fold: Fold } | undefined;
  for (const [index, part] of parts.entries()) {
    const arrival = arrivals[index] ?? 0;
    if (part.type === 'ping') continue;
    if (!('delta' in part)) {
      folds.push({ lengths: [0], arrivals: [arrival], isBare: false });
      open = undefined;
      continue;
    }
    const isBare = part.providerMetadata === undefined;
    if (open?.type !== part.type || open.id !== part.id || !isBare) {
      open = { type: part.type, id: part.id, fold: { lengths: [], arrivals: [], isBare } };
      folds.push(open.fold);
    }
    open.fold.lengths.push(part.delta.length);
    open.fold.arrivals.push(arrival);
  }
  return folds;
}

/** A recording that cuts texts anew leaves out deltas that say nothing. */
const isDropped = ({ lengths, isBare }: Fold): boolean => isBare && sum(lengths) === 0;

function arrivalsOfPieces({ lengths, arrivals }: Fold, part: RecordedPart): readonly number[] {
  const pieces = lengthsIn(part);
  const [streamed, kept] = [sum(lengths), sum(pieces)];
  const last = arrivals.at(-1) ?? 0;
  if (isSameCut(lengths, pieces)) return arrivals;
  if (kept === 0) return pieces.map(() => last);
  let at = 0;
  let come = lengths[0] ?? 0;
  let wanted = 0;
  return pieces.map((length) => {
    wanted += length;
    while (at < lengths.length - 1 && come * kept < wanted * streamed) {
      at += 1;
      come += lengths[at] ?? 0;
    }
    return arrivals[at] ?? last;
  });
}

/** Characters of each piece that a recorded part is streamed in. */
const lengthsIn = (part: RecordedPart): readonly number[] =>
  'deltas' in part ? part.deltas.map(({ length }) => length) : [0];

const isSameCut = (lengths: readonly number[], pieces: readonly number[]): boolean =>
  lengths.length === pieces.length && lengths.every((length, index) => length === pieces[index]);

const sum = (values: readonly number[]): number => values.reduce((total, each) => total + each, 0);
