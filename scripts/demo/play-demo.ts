import type { CommandIo, CommandResult } from '../cli/define-command.ts';
import { describeFailure } from '../cli/describe-failure.ts';
import { type DemoPartReport, renderDemoReport } from '../render/demo-report.ts';
import type { DemoFinding, DemoPart } from './demo-part.ts';

/** Plays the parts in order, each to its end even when one before it failed; 0 only when all of them held. */
export async function playDemo(io: CommandIo, parts: readonly DemoPart[]): Promise<CommandResult> {
  const reports: DemoPartReport[] = [];
  for (const part of parts) {
    io.progress(
      `\n${io.paintTalk('bold', `${reports.length + 1}/${parts.length} ${part.title}`)}\n`,
    );
    const startedAt = performance.now();
    const { held, found, details } = await findingOf(part, io);
    if (details !== undefined) io.progress(details);
    reports.push({ title: part.title, held, found, durationMs: performance.now() - startedAt });
  }
  io.progress('');
  return {
    exitCode: reports.length > 0 && reports.every(({ held }) => held) ? 0 : 1,
    text: renderDemoReport(reports, io.paint),
    json: { parts: reports },
  };
}

/** A part that throws has not held; only Ctrl-C ends the demo. */
async function findingOf(part: DemoPart, io: CommandIo): Promise<DemoFinding> {
  try {
    return await part.play(io);
  } catch (error) {
    io.signal.throwIfAborted();
    const { text, json } = await describeFailure(error);
    return { held: false, found: json.message, details: text };
  }
}
