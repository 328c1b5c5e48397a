// The hand on it: the only file that prints and decides exit codes.
//
//   M1. The result is on stdout, everything else on stderr.
//   M2. With --json stdout holds one JSON object, also when something failed.
//   M3. A command that was interrupted cleans up before the process ends, or the process ends anyway.

import { CommanderError } from 'commander';
import { buildProgram } from './cli/build-program.ts';
import { createBoard } from './cli/create-board.ts';
import type { CommandIo, CommandResult } from './cli/define-command.ts';
import { describeFailure } from './cli/describe-failure.ts';
import { Interruption } from './cli/interruption.ts';
import { bench } from './commands/bench.ts';
import { crash } from './commands/crash.ts';
import { demo } from './commands/demo.ts';
import { evaluate } from './commands/eval.ts';
import { record } from './commands/record.ts';
import { replay } from './commands/replay.ts';
import { coloured, type Paint, plain } from './render/paint.ts';

/** A process that is done and still runs after this long has leaked something. */
const drainMs = 2_000;

const asJson = process.argv.includes('--json');
const interruption = new Interruption((code) => process.exit(code));

// A reader that closes early (`| head`) has seen enough; the exit code still tells the outcome.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

const io: CommandIo = {
  progress: (line) => console.error(line),
  stream: (piece) => process.stderr.write(piece),
  board: createBoard(process.stderr, paintFor(process.stderr)),
  signal: interruption.signal,
  paint: paintFor(process.stdout),
  environment: process.env,
};

const program = buildProgram([record, replay, crash, evaluate, bench, demo], async (command, raw) =>
  report(await command.start(raw, io)),
);

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError && error.exitCode === 0)) await reportFailure(error);
}
if (interruption.exitCode !== undefined) process.exitCode = interruption.exitCode;
setTimeout(reportLeak, drainMs).unref();

function paintFor({ isTTY }: { readonly isTTY: boolean }): Paint {
  return isTTY && !process.env['NO_COLOR'] ? coloured : plain;
}

function report({ exitCode, text, json }: CommandResult): void {
  process.exitCode = exitCode;
  console.log(asJson ? JSON.stringify(json) : text);
}

async function reportFailure(error: unknown): Promise<void> {
  process.exitCode = 2;
  const failure = await describeFailure(error);
  if (asJson) console.log(JSON.stringify({ error: failure.json }));
  console.error(failure.text);
}

function reportLeak(): void {
  console.error(`Ending with these still open: ${process.getActiveResourcesInfo().join(', ')}.`);
  process.exit();
}
