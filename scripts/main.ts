// The hand on it: the only file that prints and decides exit codes.
//
//   M1. The result is on stdout, everything else on stderr.
//   M2. With --json stdout holds one JSON object, also when something failed.
//   M3. A command that was interrupted cleans up before the process ends, or the process ends anyway.

import { CommanderError } from 'commander';
import { buildProgram } from './cli/build-program.ts';
import { createScreen } from './cli/create-screen.ts';
import type { CommandIo, CommandResult } from './cli/define-command.ts';
import { describeFailure } from './cli/describe-failure.ts';
import { Interruption } from './cli/interruption.ts';
import { accept } from './commands/accept.ts';
import { approvals } from './commands/approvals.ts';
import { audit } from './commands/audit.ts';
import { bench } from './commands/bench.ts';
import { capture } from './commands/capture.ts';
import { chat } from './commands/chat.ts';
import { compare } from './commands/compare.ts';
import { crash } from './commands/crash.ts';
import { demo } from './commands/demo.ts';
import { diff } from './commands/diff.ts';
import { evaluate } from './commands/eval.ts';
import { exportRecording } from './commands/export.ts';
import { fork } from './commands/fork.ts';
import { importRecordings } from './commands/import.ts';
import { keys } from './commands/keys.ts';
import { load } from './commands/load.ts';
import { migrate } from './commands/migrate.ts';
import { mutants } from './commands/mutants.ts';
import { promote } from './commands/promote.ts';
import { record } from './commands/record.ts';
import { replay } from './commands/replay.ts';
import { rerecord } from './commands/rerecord.ts';
import { retention } from './commands/retention.ts';
import { scan } from './commands/scan.ts';
import { serve } from './commands/serve.ts';
import { show } from './commands/show.ts';
import { status } from './commands/status.ts';
import { step } from './commands/step.ts';
import { verify } from './commands/verify.ts';
import { view } from './commands/view.ts';
import { coloured, type Paint, plain } from './render/paint.ts';

/** A process that is done and still runs after this long has leaked something. */
const drainMs = 2_000;

const asJson = process.argv.includes('--json');
const interruption = new Interruption({
  exit: (code) => process.exit(code),
  echoMs: 500,
  cleanupMs: 5_000,
});

// A reader that closes early (`| head`) has seen enough; the exit code still tells the outcome.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

const io: CommandIo = {
  ...createScreen({
    write: (text) => process.stderr.write(text),
    redraws: process.stderr.isTTY,
  }),
  signal: interruption.signal,
  paint: paintFor(process.stdout),
  paintTalk: paintFor(process.stderr),
  environment: process.env,
};

const program = buildProgram(
  [
    record,
    replay,
    accept,
    rerecord,
    capture,
    promote,
    fork,
    show,
    diff,
    status,
    step,
    view,
    verify,
    importRecordings,
    exportRecording,
    migrate,
    scan,
    crash,
    mutants,
    evaluate,
    compare,
    bench,
    load,
    audit,
    retention,
    keys,
    demo,
    serve,
    chat,
    approvals,
  ],
  async (command, raw) => report(await command.start(raw, io)),
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
  // What fails after Ctrl-C fails because of it.
  const { signal } = interruption;
  const failure = await describeFailure(signal.aborted ? signal.reason : error);
  if (asJson) console.log(JSON.stringify({ error: failure.json }));
  console.error(failure.text);
}

function reportLeak(): void {
  console.error(`Ending with these still open: ${process.getActiveResourcesInfo().join(', ')}.`);
  process.exit();
}
