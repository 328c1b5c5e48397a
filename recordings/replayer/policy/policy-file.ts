import { readFile, rm } from 'node:fs/promises';
import { z } from 'zod';
import { HarnessError } from '#harness';
import { writeText } from '../../format/recording-file.ts';
import { divergenceClasses } from '../divergence.ts';
import { acceptanceOf, type DriftPolicy, driftPolicySchema } from './drift-policy.ts';

/** Beside the recording, so that it is reviewed with it, and in a file of its own, so that recording again leaves it. */
const policyPath = (recordingFile: string): string =>
  `${recordingFile.replace(/\.jsonl$/, '')}.policy.json`;

/** What is accepted of a recording: nothing where there is no such file. Throws PolicyInvalidError. */
export async function readPolicy(recordingFile: string): Promise<DriftPolicy> {
  const file = policyPath(recordingFile);
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '{}';
    throw error;
  });
  const parsed = driftPolicySchema.safeParse(jsonIn(text, file));
  if (parsed.success) return parsed.data;
  throw new PolicyInvalidError(file, z.prettifyError(parsed.error).replaceAll(/\s+/g, ' '));
}

/** Writes it, classes in their order; takes the file away when nothing is accepted any more. */
export async function writePolicy(recordingFile: string, policy: DriftPolicy): Promise<string> {
  const file = policyPath(recordingFile);
  const entries = divergenceClasses.flatMap((kind) => {
    const acceptance = acceptanceOf(policy, kind);
    return acceptance === undefined ? [] : [[kind, acceptance] as const];
  });
  if (entries.length === 0) await rm(file, { force: true });
  else await writeText(file, `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`);
  return file;
}

function jsonIn(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new PolicyInvalidError(file, error instanceof Error ? error.message : String(error));
  }
}

/** A policy file does not say what is accepted, why, and until when. */
export class PolicyInvalidError extends HarnessError {
  constructor(file: string, reason: string) {
    super({
      code: 'POLICY_INVALID',
      message: `${file} cannot be read as a policy: ${reason}.`,
      hint: 'Write it with groundhog accept, or take it away: then every class is an error.',
    });
  }
}
