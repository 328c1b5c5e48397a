import { existsSync, rmSync } from 'node:fs';
import { type ExchangePlace, type Exchanges, openExchanges } from '#harness';
import { laneOf, placeName } from '../format/recording.ts';
import { type RecorderOptions, sessionHeader } from './create-recorder.ts';
import { createExchangeWriter, type Observed } from './exchange-writer.ts';
import { type Journal, openJournal, partialOf } from './journal.ts';
import { RecordingUnfinishedError } from './recording-unfinished-error.ts';
import { openSlot, type Slot } from './slots.ts';
import { type Begin, watchExchanges } from './watch-exchanges.ts';

export interface KeptAnswers {
  /** What a recorder takes for its `inner`. */
  readonly exchanges: Exchanges;
  /** How many answers of models are in the file. */
  readonly answers: () => number;
  /** Why no more are kept: there is no room left, or one holds a secret. The session goes on all the same. */
  readonly failure: () => unknown;
  /** Takes the file away, because the recording holds all of it. */
  readonly discard: () => Promise<void>;
}

export interface KeepingOptions
  extends Pick<RecorderOptions, 'inner' | 'name' | 'made' | 'model' | 'agents'> {
  /** Where the recording will be; the answers are in `<path>.partial`. */
  readonly path: string;
  readonly secrets?: readonly string[];
  /** How many exchanges the file has from which the session goes on. It is replaced by what has as many. */
  readonly resumes?: number | undefined;
}

/**
 * Keeps the answers of models while a session goes on, because they cost something: each from the moment at which it is whole,
 * with what led to it, in the order in which they came about. What a process leaves that is killed is a torn recording, and
 * the session can go on from there.
 *
 * What led to an answer is settled: no run, and no sub-agent, takes a model turn before its steps behind it are saved, and what
 * is saved does not happen again.
 *
 * @throws RecordingUnfinishedError when such a file has been left at the path, unless the session goes on from it.
 */
export function keepAnswers(options: KeepingOptions): KeptAnswers {
  const { inner = openExchanges, agents, path, resumes } = options;
  if (resumes === undefined && existsSync(partialOf(path))) {
    throw new RecordingUnfinishedError(partialOf(path));
  }
  const writer = createExchangeWriter(agents, sessionHeader(options));
  const slots = new Map<string, Slot>();
  const written = new Set<string>();
  let answers = 0;
  let journal: Journal | undefined;
  let failure: { readonly error: unknown } | undefined;
  const append = ({ place, observed }: Slot): void => {
    // What happens again all the same is kept as it was first: whoever goes on from it is told if that was of consequence.
    if (observed === undefined || written.has(placeName(place))) return;
    // The first answer opens it: before there is nothing to lose.
    journal ??= openAt(options);
    const exchange = writer.write(place, observed);
    journal.append([...writer.takeDefinitions(), exchange]);
    slots.delete(placeName(place));
    written.add(placeName(place));
    if (isAnswer(observed)) answers += 1;
    if (written.size === resumes) journal.move(path);
  };
  const answered = (answer: Slot, before: readonly Slot[]): void => {
    if (failure !== undefined) return;
    try {
      for (const slot of [...before, answer]) append(slot);
    } catch (error) {
      failure = { error };
    }
  };
  const begin: Begin = (place) => {
    const { slot, end } = openSlot(place, undefined);
    const before = [...slots.values()].filter((each) => isSettledBy(place, each));
    slots.set(placeName(place), slot);
    return (observed) => {
      end(observed);
      if (isAnswer(observed)) answered(slot, before);
    };
  };
  return {
    exchanges: watchExchanges(inner, begin),
    answers: () => answers,
    failure: () => failure?.error,
    discard: async () => {
      await journal?.discard();
    },
  };
}

function openAt({ path, secrets = [], resumes, ...options }: KeepingOptions): Journal {
  const known = secrets.map((value) => ({ value, kind: 'a secret that is in use' }));
  const header = sessionHeader(options);
  if (resumes === undefined) return openJournal(path, header, known);
  const beside = `${path}.resumed`;
  // Left by one that went on from the same file, and did not come further than that.
  rmSync(partialOf(beside), { force: true });
  return openJournal(beside, header, known);
}

/** A call that failed costs nothing, and is most likely made again. */
const isAnswer = (observed: Observed): boolean =>
  observed.t === 'model' && observed.error === undefined;

/** Whether what was begun is over, and saved, when a model's turn begins at this place. Sub-agents work side by side. */
function isSettledBy(turn: ExchangePlace, { place, observed }: Slot): boolean {
  if (observed === undefined || placeName(place) === placeName(turn)) return false;
  const [asking, other] = [laneOf(turn.lane), laneOf(place.lane)];
  return [0, asking.sibling].includes(other.sibling) || asking.sibling === 0;
}
