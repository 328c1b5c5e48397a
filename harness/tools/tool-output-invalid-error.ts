import { HarnessError } from '../host/harness-error.ts';

/** A tool answered, but not with what it promises: whatever it did, its answer cannot be used. */
export class ToolOutputInvalidError extends HarnessError {
  constructor(tool: string, what: string) {
    super({
      code: 'TOOL_OUTPUT_INVALID',
      message: `${tool} answered with something else than it promises: ${what}.`,
      hint: 'Correct the tool, or what it asks.',
    });
  }
}
