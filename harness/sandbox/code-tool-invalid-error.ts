import { HarnessError } from '../host/harness-error.ts';

/** A tool that code mode may not be given. */
export class CodeToolInvalidError extends HarnessError {
  constructor(tool: string, reason: string) {
    super({
      code: 'CODE_TOOL_INVALID',
      message: `Code mode cannot be given ${tool}: ${reason}.`,
      hint: 'Give it tools with effect read or compute that every agent of the code tool may use; effects stay calls of their own.',
    });
  }
}
