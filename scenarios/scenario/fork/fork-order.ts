import { z } from 'zod';
import { canonicalJson, fingerprint, type RunAttributes } from '#harness';
import { type ForkedFrom, type ForkMark, forkMarkOf, markFork, type Recording } from '#recordings';
import type { OpenModel } from '../open-model.ts';

/** What a session in a database that is a fork was ordered to be: the same order goes on with it, another is refused. */
export interface ForkOrder extends Pick<ForkMark, 'from' | 'model'> {
  /** Who answers from the place on: `scripted`, `live:<model>`. */
  readonly made: string;
}

const attribute = 'groundhog-fork';
const keptSchema = z.object({
  made: z.string(),
  /** Path of what its world has kept. */
  world: z.string(),
  /** How many runs its origin had. */
  runs: z.int().positive(),
});

/** A fork as its runs say that it was ordered. */
export interface KeptFork extends z.infer<typeof keptSchema> {
  readonly order: ForkOrder;
}

export function orderOf(from: ForkedFrom, { made, model }: OpenModel): ForkOrder {
  const { provider, modelId } = model;
  return { from, made, model: { provider, modelId } };
}

export const isSameOrder = (left: ForkOrder, right: ForkOrder): boolean =>
  canonicalJson(left) === canonicalJson(right);

/** What all runs of the fork carry, those of its sub-agents too. */
export function attributesOf(
  origin: Recording,
  { from, model, made }: ForkOrder,
  world: string,
): RunAttributes {
  const runs = origin.exchanges.filter(({ t }) => t === 'message').length;
  return { ...markFork(origin, { from, model }), [attribute]: { made, world, runs } };
}

/** Undefined for a run of any other session. */
export function keptForkOf(attributes: RunAttributes): KeptFork | undefined {
  const mark = forkMarkOf(attributes);
  const kept = keptSchema.safeParse(attributes[attribute]).data;
  if (mark === undefined || kept === undefined) return undefined;
  const { from, model } = mark;
  return { ...kept, order: { from, model, made: kept.made } };
}

/**
 * Who the process is that makes the fork: its runs are taken up by nobody else, neither by a server, whose agents are told their
 * own prompts, nor by another fork.
 */
export function identityOf(
  sessionId: string,
  order: ForkOrder,
): { readonly application: string; readonly version: string; readonly executorId: string } {
  const version = fingerprint([sessionId, canonicalJson(order)]);
  return { application: 'groundhog-fork', version, executorId: sessionId };
}
