import { z } from 'zod';
import type { ExchangePlace, RunAttributes } from '#harness';
import {
  type ForkedFrom,
  forkedFromSchema,
  type ModelName,
  modelNameSchema,
} from '../format/header.ts';
import { isSteeringLane, laneOf, placeName, type Recording } from '../format/recording.ts';

const forkMarkSchema = z.object({
  from: forkedFromSchema,
  /** Who answers from the place on. */
  model: modelNameSchema,
  /** How many exchanges of each lane come before it. */
  lanes: z.record(z.string(), z.int().positive()),
});
/** What the runs of a session carry that is a fork: without it nobody could tell what its agents were told from where on. */
export type ForkMark = z.infer<typeof forkMarkSchema>;

/** The name among the attributes of a run. */
const attribute = 'fork';

export function markFork(
  { exchanges }: Recording,
  { from, model }: { readonly from: ForkedFrom; readonly model: ModelName },
): RunAttributes {
  const lanes: Record<string, number> = {};
  for (const { lane } of exchanges.slice(0, from.exchanges)) lanes[lane] = (lanes[lane] ?? 0) + 1;
  return { [attribute]: { from, model, lanes } };
}

/** Undefined for a run that belongs to no fork. */
export const forkMarkOf = (attributes: RunAttributes): ForkMark | undefined =>
  forkMarkSchema.safeParse(attributes[attribute]).data;

/** Names of the places before the one where the fork went its own way, but of what was read there meanwhile. */
export function placesBefore({ lanes }: ForkMark): ReadonlySet<string> {
  return new Set(
    Object.entries(lanes)
      // Where messages were read follows the turns, with gaps; every other lane counts from 0.
      .filter(([lane]) => !isSteeringLane(lane))
      .flatMap(([lane, count]) =>
        Array.from({ length: count }, (_, ordinal) => placeName({ lane, ordinal })),
      ),
  );
}

/** As it is said in a session of which the first runs were cleared: what is left is counted from there. */
export function behindCleared(mark: ForkMark, cleared: number): ForkMark {
  if (cleared === 0) return mark;
  const lanes = Object.fromEntries(
    Object.entries(mark.lanes).flatMap(([lane, count]) => {
      const left = renumbered(lane, cleared);
      return left === undefined ? [] : [[left, count]];
    }),
  );
  const [lane = '', ordinal = '0'] = mark.from.at.split('#');
  const at = renumbered(lane, cleared);
  const place = at === undefined ? firstPlace : { lane: at, ordinal: Number(ordinal) };
  const exchanges = Object.values(lanes).reduce((sum, count) => sum + count, 0);
  return { ...mark, lanes, from: { ...mark.from, at: placeName(place), exchanges } };
}

const firstPlace: ExchangePlace = { lane: '1', ordinal: 0 };

/** Undefined for a lane of a run that was cleared, and for one that is no run's. */
function renumbered(lane: string, cleared: number): string | undefined {
  const { run } = laneOf(lane);
  return run > cleared ? lane.replace(/^\d+/, String(run - cleared)) : undefined;
}
