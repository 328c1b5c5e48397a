import type { CommandIo, CommandResult } from '../cli/define-command.ts';

export async function playDemo(io: CommandIo): Promise<CommandResult> {
  io.progress('demo');
  return { exitCode: 2, text: 'The demo has no parts yet.', json: { parts: [] } };
}
