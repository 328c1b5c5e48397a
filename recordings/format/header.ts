import { z } from 'zod';

/** The version of the format, of whatever kind a recording is. Files of another are refused, and older ones lifted by `migrate`. */
export const formatVersion = 3;

const start = { t: z.literal('recording'), v: z.literal(formatVersion) };
const name = z.string().min(1);
export const modelNameSchema = z.strictObject({ provider: z.string(), modelId: z.string() });
/** Who answers in what is recorded here. */
export const madeHere = z.string().regex(/^(scripted|live:.+)$/);
/** Made of what a database kept of a session; who it was that answered under the model's name is said nowhere. */
const madeOfKept = z.string().regex(/^captured:.+$/);
const madeElsewhere = z.string().regex(/^imported:.+$/);
/** The version whose file was lifted to this one: a fact that version did not write is missing here, and not false. */
const migratedFrom = z.int().positive().exactOptional();
/**
 * What a session went on from that was taken over from another recording up to a place, and then went its own way. `made` and
 * `model` of the header are those of its own way.
 */
export const forkedFromSchema = z.strictObject({
  name,
  made: z.union([madeHere, madeOfKept]),
  model: modelNameSchema,
  /** `hash` of its end line: which recording it was. */
  hash: z.string(),
  /** The first place that is the fork's own, such as `1/billing#2`. */
  at: z.string(),
  /** How many exchanges were taken over. */
  exchanges: z.int().nonnegative(),
  /** What these agents were told from there on, by their names; missing where all were told what they are told anyway. */
  prompts: z.record(z.string(), z.string()).exactOptional(),
});
const lossesSchema = z.array(z.string());
const imported = {
  /** Name of the file it was imported from. */
  source: z.string(),
  /** What the other tool had not kept, or could not be taken over. */
  losses: lossesSchema,
};

export const sessionHeaderSchema = z.strictObject({
  ...start,
  fidelity: z.literal('session'),
  name,
  /** `scripted`, `live:<model>`: who answered as the model. `captured:<model>`: who is said to have. */
  made: z.union([madeHere, madeOfKept]),
  model: modelNameSchema,
  /** What the database had not kept; missing in what was recorded as it happened. */
  losses: lossesSchema.exactOptional(),
  toolchain: z.strictObject({ ai: z.string(), groundhog: z.string() }),
  migratedFrom,
  forkedFrom: forkedFromSchema.exactOptional(),
});

export const callHeaderSchema = z.strictObject({
  ...start,
  fidelity: z.literal('call'),
  name,
  made: z.union([madeHere, madeElsewhere]),
  /** Answers where a line names no other; missing where every line does. */
  model: modelNameSchema.exactOptional(),
  source: imported.source.exactOptional(),
  losses: imported.losses.exactOptional(),
  toolchain: z.strictObject({ ai: z.string().exactOptional(), groundhog: z.string() }),
  migratedFrom,
});

/** What was sent and came back over the network: imported, or recorded here. */
export const wireHeaderSchema = z
  .strictObject({
    ...start,
    fidelity: z.literal('wire'),
    name,
    made: z.union([madeHere, madeElsewhere]),
    source: imported.source.exactOptional(),
    losses: imported.losses.exactOptional(),
    toolchain: z.strictObject({ ai: z.string().exactOptional(), groundhog: z.string() }),
    migratedFrom,
  })
  .refine(
    ({ made, source, losses }) =>
      madeElsewhere.safeParse(made).success
        ? source !== undefined && losses !== undefined
        : source === undefined && losses === undefined,
    'source and losses say where an import comes from, and nothing else has them',
  );

export const importHeaderSchema = z.strictObject({
  ...start,
  fidelity: z.enum(['response-only', 'semantic']),
  name,
  /** `imported:vcr` and the like. */
  made: madeElsewhere,
  ...imported,
  toolchain: z.strictObject({ groundhog: z.string() }),
  migratedFrom,
});

/**
 * A recording's first line. Its fidelity says how much of what happened is held, and so which lines may follow.
 *
 * - `session`: everything that passed between a session and the world, people, clock and dice included, and the outline of
 *   its events: the session can be run again
 * - `wire`: requests over HTTP and their answers, by the values of their bodies: neither their bytes nor where the network cut
 *   them, unless that was asked for
 * - `call`: what an SDK asked of models and tools, and what it was answered
 * - `response-only`: answers of a provider's API, and nothing of what was asked
 * - `semantic`: what was said, in the words of whoever observed it
 */
export const headerSchema = z.discriminatedUnion('fidelity', [
  sessionHeaderSchema,
  callHeaderSchema,
  wireHeaderSchema,
  importHeaderSchema,
]);
type Header = z.infer<typeof headerSchema>;
export type SessionHeader = Extract<Header, { fidelity: 'session' }>;
export type ForkedFrom = z.infer<typeof forkedFromSchema>;
export type ModelName = z.infer<typeof modelNameSchema>;
/** The header of what holds calls, and not their session. */
export type CallHeader = Exclude<Header, SessionHeader>;

/** Who answers the exchange with this index where its line names nobody: a fork goes on with a model of its own. */
export function mainModelAt(
  { model, forkedFrom }: Pick<SessionHeader, 'model' | 'forkedFrom'>,
  index: number,
): ModelName {
  return forkedFrom !== undefined && index < forkedFrom.exchanges ? forkedFrom.model : model;
}
