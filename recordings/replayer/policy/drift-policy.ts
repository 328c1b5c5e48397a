import { z } from 'zod';
import { type DivergenceClass, divergenceClasses } from '../divergence.ts';

// What is not as recorded is an error, unless a person said otherwise of its class, why, and until when.
//
//   P1. A policy covers one class of one recording. The recorded answer is served although that part differs; all other
//       classes stay strict, in the same request too.
//   P2. Every drift that a policy covers is counted, and every policy is listed with its count, in each replay.
//   P3. A policy holds through the day it names, by the date that the caller gives. Afterwards the class is an error again.

const acceptanceSchema = z.strictObject({
  /** Both go on: a warning is shown where it is met, the other only in the summary. */
  level: z.enum(['warn', 'ignore']),
  reason: z.string().trim().min(1),
  /** The last day on which it holds, YYYY-MM-DD. */
  until: z.iso.date(),
});
export type DriftAcceptance = z.infer<typeof acceptanceSchema>;

/** Where nothing is recorded nothing can be served: an extra call is an error, whatever anybody accepts. */
export const acceptableClasses = divergenceClasses.filter((each) => each !== 'EXTRA_CALL');
export type AcceptableClass = (typeof acceptableClasses)[number];

const classSchema = z.enum(acceptableClasses);
export const driftPolicySchema = z.partialRecord(classSchema, acceptanceSchema);
/** What is accepted of one recording, by class. */
export type DriftPolicy = z.infer<typeof driftPolicySchema>;

/** A policy, and the day by which to judge whether it holds. */
export interface DatedPolicy {
  readonly policy: DriftPolicy;
  /** YYYY-MM-DD */
  readonly today: string;
}

/** Nothing is accepted. */
export const strict: DatedPolicy = { policy: {}, today: '' };

/** One class's policy as a replay found it. */
export interface PolicyStanding extends DriftAcceptance {
  readonly class: DivergenceClass;
  readonly isExpired: boolean;
  /** How many places it covered. */
  readonly drifts: number;
}

export function acceptanceOf(
  policy: DriftPolicy,
  kind: DivergenceClass,
): DriftAcceptance | undefined {
  return isAcceptable(kind) ? policy[kind] : undefined;
}

export function isAcceptable(kind: string): kind is AcceptableClass {
  return classSchema.safeParse(kind).success;
}

/** Dates of this form are in order as texts. */
export const hasEnded = ({ until }: DriftAcceptance, today: string): boolean => until < today;
