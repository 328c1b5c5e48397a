import { z } from 'zod';
import { HarnessError } from '#harness';
import {
  type AcceptableClass,
  acceptableClasses,
  type DriftAcceptance,
  isAcceptable,
} from './drift-policy.ts';
import { readPolicy, writePolicy } from './policy-file.ts';

export interface AcceptanceOrder extends DriftAcceptance {
  /** As a person writes it. */
  readonly class: string;
  /** YYYY-MM-DD */
  readonly today: string;
}

/** The longest that anything may be accepted ahead: whoever means it for good records again. */
const longestDays = 366;

/**
 * Accepts a class of drift of the recording in this file. Returns the policy's file.
 * @throws PolicyRefusedError for a class that cannot be accepted, no reason, and a date that is none, past or too far.
 */
export async function acceptDrift(recordingFile: string, order: AcceptanceOrder): Promise<string> {
  const { class: kind, today, level, reason, until } = order;
  const accepted = acceptableClass(kind);
  if (reason.trim() === '') throw new PolicyRefusedError('nobody says why', 'Give a reason.');
  if (!z.iso.date().safeParse(until).success) {
    throw new PolicyRefusedError(`"${until}" is no date`, 'Write it as YYYY-MM-DD.');
  }
  if (until < today) {
    throw new PolicyRefusedError(`${until} is past`, `Today is ${today}.`);
  }
  const days = (Date.parse(until) - Date.parse(today)) / 86_400_000;
  if (days > longestDays) {
    const hint = 'Take an earlier day, or record the session again if it is meant for good.';
    throw new PolicyRefusedError(`${until} is more than a year away`, hint);
  }
  const policy = await readPolicy(recordingFile);
  const acceptance = { level, reason: reason.trim(), until };
  return writePolicy(recordingFile, { ...policy, [accepted]: acceptance });
}

/** Makes a class an error again. Throws PolicyRefusedError when it was one. */
export async function withdrawAcceptance(recordingFile: string, kind: string): Promise<string> {
  const accepted = acceptableClass(kind);
  const { [accepted]: withdrawn, ...others } = await readPolicy(recordingFile);
  if (withdrawn === undefined) {
    throw new PolicyRefusedError(`${kind} is not accepted`, 'There is nothing to remove.');
  }
  return writePolicy(recordingFile, others);
}

function acceptableClass(kind: string): AcceptableClass {
  if (isAcceptable(kind)) return kind;
  throw new PolicyRefusedError(
    kind === 'EXTRA_CALL' ? 'for an extra call nothing is recorded' : `"${kind}" is no class`,
    `There are ${acceptableClasses.join(', ')}.`,
  );
}

/** What somebody wants to accept is refused. */
export class PolicyRefusedError extends HarnessError {
  constructor(reason: string, hint: string) {
    super({ code: 'POLICY_REFUSED', message: `Nothing was accepted: ${reason}.`, hint });
  }
}
