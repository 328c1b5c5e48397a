// Programs that a model wrote, run where they can do no harm: QuickJS compiled to WebAssembly, in a worker thread.
//
//   S1. A program reaches the functions it is given and nothing else: the engine has no files, network, processes,
//       environment, modules or timers, and what crosses is JSON text.
//   S2. Every limit is enforced outside the program, and the host's event loop is never the one that waits.
//   S3. Clock and dice are arguments: the same program, functions, `now` and `seed` give the same outcome.
//   S4. Nothing that a program does makes `runProgram` throw; only the caller's own abort does.

import type { RunLimits } from 'run';
import { type Conclusion, conclusionOf, conclusionOfError } from './conclusion.ts';
import { bridgeName, guestSource } from './guest/guest-source.ts';
import { bridgeMarginBytes, type HostFunction, type HostSide, openHostSide } from './host-side.ts';
import { defaultProgramLimits, type ProgramLimits } from './program-limits.ts';
import { type ProgramFailure, type ProgramOutcome, programFailure } from './program-outcome.ts';
import { syntaxFaultOf } from './syntax-fault-of.ts';

export interface ProgramRequest {
  /** JavaScript: the body of an async function. */
  readonly source: string;
  /** What the program calls as `tools.<name>(input)`. */
  readonly functions: Readonly<Record<string, HostFunction>>;
  readonly limits?: Partial<ProgramLimits>;
  /** What the program's clock shows, milliseconds since the epoch. */
  readonly now: number;
  /** What the program's dice start from. */
  readonly seed: string;
  readonly signal?: AbortSignal;
}

/** Runs the program to its end or to a limit. Throws the signal's reason when aborted, and then nothing is left running. */
export async function runProgram(request: ProgramRequest): Promise<ProgramOutcome> {
  const limits = { ...defaultProgramLimits, ...request.limits };
  const refused = refusalOf(request.source, limits);
  if (refused !== undefined) return { kind: 'failed', error: refused, logs: [] };
  const { inTurn } = await import('./program-queue.ts');
  return inTurn(() => runNow(request, limits), request.signal);
}

/** What need not be run to be refused. */
function refusalOf(source: string, { sourceBytes }: ProgramLimits): ProgramFailure | undefined {
  const bytes = Buffer.byteLength(source);
  if (bytes > sourceBytes) {
    return programFailure(
      'syntax',
      `The program is ${bytes} bytes long; ${sourceBytes} are allowed.`,
    );
  }
  const fault = syntaxFaultOf(source);
  return fault && programFailure('syntax', fault.message, fault.line);
}

async function runNow(request: ProgramRequest, limits: ProgramLimits): Promise<ProgramOutcome> {
  const stop = new AbortController();
  const abort = (): void => stop.abort();
  request.signal?.addEventListener('abort', abort, { once: true });
  const hostSide = openHostSide(request.functions, limits, stop);
  const conclusion = await evaluate(request, limits, { hostSide, stop: stop.signal });
  request.signal?.removeEventListener('abort', abort);
  // Tells the host functions that are still under way that nobody waits for them.
  stop.abort();
  request.signal?.throwIfAborted();
  const logs = [...hostSide.logs];
  if (hostSide.isExhausted()) {
    const error = programFailure('host-calls', `More than ${limits.hostCalls} tool calls.`);
    return { kind: 'failed', error, logs };
  }
  return { ...conclusion, logs };
}

async function evaluate(
  { source, functions, now, seed }: ProgramRequest,
  limits: ProgramLimits,
  { hostSide, stop }: { readonly hostSide: HostSide; readonly stop: AbortSignal },
): Promise<Conclusion> {
  const { createRunner } = await import('run');
  const { call, log } = hostSide;
  const runner = createRunner({
    limits: engineLimits(limits),
    syncHostFunctions: { [bridgeName]: { call, log } },
  });
  const text = await guestSource(source, {
    tools: Object.keys(functions),
    now,
    seed,
    logLineLimit: limits.logLines,
    logLineLengthLimit: limits.logLineLength,
    inputLengthLimit: limits.hostCallBytes - bridgeMarginBytes,
    resultLengthLimit: limits.outputBytes,
  });
  try {
    const end = await runner.run({ source: text, abortSignal: stop });
    return conclusionOf(end.status === 'completed' ? end.value : undefined, limits);
  } catch (error) {
    return conclusionOfError(error, limits);
  }
}

/** Room for what is put around a program and its values, so that the limits are the program's own. */
const surroundingBytes = 64 * 1024;

function engineLimits(limits: ProgramLimits): RunLimits {
  return {
    timeoutMs: limits.wallTimeMs,
    memoryLimitBytes: limits.memoryBytes,
    maxStackSizeBytes: limits.stackBytes,
    maxSourceBytes: limits.sourceBytes + surroundingBytes,
    maxResultBytes: 2 * limits.outputBytes + surroundingBytes,
    // The engine's own console writes to the process's output; the program's goes over the bridge.
    maxConsoleOutputBytes: 1,
    maxHostFunctionArgumentsBytes: limits.hostCallBytes,
    maxHostFunctionOutputBytes: 2 * limits.hostCallBytes,
    maxBridgeRequests: limits.hostCalls + limits.logLines + 1,
  };
}
