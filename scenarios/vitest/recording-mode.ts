import { z } from 'zod';
import { HarnessError } from '#harness';

/** Whether tests record: `update` all that run, `missing` those without a recording, `replay` none. */
export type RecordingMode = 'replay' | 'update' | 'missing';

const wishSchema = z.enum(['update', 'missing', 'replay']);

/**
 * By GROUNDHOG_RECORD, or by `vitest -u`; nobody records by accident, and in CI nobody does at all.
 * @throws RecordingWishError for a value that is none, and for a wish to record in CI.
 */
export function recordingMode(
  environment: Readonly<Record<string, string | undefined>>,
  isUpdate: boolean,
): RecordingMode {
  const wish = environment['GROUNDHOG_RECORD'];
  const isCi = !['', '0', 'false'].includes(environment['CI'] ?? '');
  if (wish === undefined || wish === '') return isUpdate && !isCi ? 'update' : 'replay';
  const { data } = wishSchema.safeParse(wish);
  if (data === undefined) {
    throw new RecordingWishError(
      `GROUNDHOG_RECORD is ${wish}.`,
      'Set it to update, missing or replay.',
    );
  }
  if (isCi && data !== 'replay') {
    throw new RecordingWishError(
      `GROUNDHOG_RECORD is ${wish} where CI is set.`,
      'Record where you can see what is recorded, and commit it.',
    );
  }
  return data;
}

class RecordingWishError extends HarnessError {
  constructor(message: string, hint: string) {
    super({ code: 'RECORDING_WISH_UNUSABLE', message, hint });
  }
}
