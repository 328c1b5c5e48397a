import { HarnessError } from '#harness/values';
import type { FoundSecret } from './find-secrets.ts';

/** A recording holds what looks like a secret, and was not written. Names line, field and kind, never the secret. */
export class SecretFoundError extends HarnessError {
  constructor(file: string, secrets: readonly FoundSecret[]) {
    super({
      code: 'RECORDING_HOLDS_SECRET',
      message: `${file} was not written: ${secrets.map(held).join(', ')}.`,
      hint: 'Keep the secret out of prompts, tool inputs and tool results, and record again.',
    });
  }
}

function held({ line, field = '', kind }: FoundSecret): string {
  return `line ${line}${field === '' ? '' : ` at ${field}`} holds ${kind}`;
}
