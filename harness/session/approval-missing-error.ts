import { HarnessError } from '../host/harness-error.ts';

/** Nobody was ever asked under this id. */
export class ApprovalMissingError extends HarnessError {
  constructor(approvalId: string) {
    super({
      code: 'APPROVAL_MISSING',
      message: `There is no approval ${approvalId}.`,
      hint: 'List the pending ones and decide one of those.',
    });
  }
}
