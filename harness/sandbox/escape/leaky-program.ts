import { createContext, Script } from 'node:vm';
import type { ProgramOutcome } from '../program-outcome.ts';
import type { ProgramRequest } from '../run-program.ts';

/**
 * The sandbox that is none, for tests of the corpus alone: node:vm with the host's own functions in it. Through any of
 * them a program reaches the host's Function and with it the process (CD-5), and the timeout watches only what runs
 * before the first await (CD-6).
 */
export async function leakyProgram({
  source,
  functions,
  limits,
}: ProgramRequest): Promise<ProgramOutcome> {
  const logs: string[] = [];
  const console = { log: (...values: unknown[]) => logs.push(values.map(String).join(' ')) };
  const context = createContext({ tools: functions, console });
  try {
    const program = new Script(`(async () => {\n${source}\n})()`);
    const value = await program.runInContext(context, { timeout: limits?.wallTimeMs ?? 1_000 });
    return { kind: 'completed', value: JSON.parse(JSON.stringify(value ?? null)), logs };
  } catch (error) {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { kind: 'failed', error: { kind: 'thrown', message, hint: '' }, logs };
  }
}
