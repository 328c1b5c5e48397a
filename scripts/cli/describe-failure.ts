import { CommanderError } from 'commander';
import { InterruptedError } from './interrupted-error.ts';
import { UsageError } from './usage-error.ts';

/** A failure as both readers get it. */
export interface FailureDescription {
  readonly text: string;
  readonly json: { readonly code: string; readonly message: string; readonly hint?: string };
}

/** What the file system says of a path that somebody gave: that it is a directory, is not theirs, or that the disk is full. */
const ofFiles = new Set(['EACCES', 'EISDIR', 'ENOENT', 'ENOSPC', 'ENOTDIR', 'EPERM', 'EROFS']);

/** Errors thrown on purpose say code, message and hint; anything else is a bug and keeps its stack. */
export async function describeFailure(error: unknown): Promise<FailureDescription> {
  if (error instanceof CommanderError) return describeFailure(usageErrorFrom(error));
  if (error instanceof UsageError) {
    return describe({
      code: error.code,
      message: `${error.message} ${error.hint}`,
      hint: error.hint,
    });
  }
  if (error instanceof InterruptedError) {
    return describe({ code: error.code, message: error.message });
  }
  // Late, because the door loads the harness; what throws a HarnessError has loaded it already.
  const { HarnessError } = await import('#harness');
  if (HarnessError.isInstance(error)) {
    const { code, message, hint } = error;
    return describe({ code, message, ...(hint === undefined ? {} : { hint }) });
  }
  if (error instanceof Error && 'code' in error && 'syscall' in error) {
    const { code, message } = error;
    if (typeof code === 'string' && ofFiles.has(code)) {
      return describe({ code, message: `${message.replace(`${code}: `, '')}.` });
    }
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { text, json: { code: 'UNEXPECTED', message: text } };
}

function usageErrorFrom(error: CommanderError): UsageError {
  const message = error.message.replace(/^error: /, '').replaceAll('\n', ' ');
  return new UsageError(/[.)]$/.test(message) ? message : `${message}.`, { cause: error });
}

function describe(json: FailureDescription['json']): FailureDescription {
  return { text: `error ${json.code}: ${json.message}`, json };
}
