import { type CommandResult, defineCommand } from '../cli/define-command.ts';
import { choice, requiredText } from '../cli/parameter.ts';

export const replay = defineCommand({
  name: 'replay',
  summary: 'Run a recorded session again without a model or a network and compare.',
  arguments: {
    recording: requiredText(
      'a recording file, or the scenario it is of, or a file that exports that',
    ),
  },
  options: {
    provider: choice({
      summary: 'drive the answers of an imported recording through this provider instead',
      among: ['openai'],
      fallback: undefined,
    }),
  },
  run: async ({ recording, provider }, io) => {
    if (provider !== undefined) return throughProvider(recording);
    const { replayRecording } = await import('#scenarios');
    const { report, ...result } = await replayRecording(recording, { signal: io.signal });
    const held = result.divergences === 0 && result.network === 0;
    const count =
      `${result.recording}: ${result.exchanges} exchanges, ${result.divergences} divergences, ` +
      `${result.network} network requests, ${Math.round(result.durationMs)} ms`;
    return {
      exitCode: held ? 0 : 1,
      text: report === undefined ? count : `${report}\n\n${count}`,
      json: report === undefined ? { ...result } : { ...result, report },
    };
  },
});

async function throughProvider(file: string): Promise<CommandResult> {
  const { readImported, replayImported } = await import('#recordings');
  const report = await replayImported(await readImported(file));
  const { recording, fidelity, answers, differences } = report;
  const lines = answers.map(({ text, toolCalls, usage, finishReason, status }, index) => {
    const calls = toolCalls.map(({ name, input }) => `${name}(${input})`);
    const tokens = `${usage.input ?? '?'} + ${usage.output ?? '?'} tokens`;
    const said = [JSON.stringify(text), ...calls].join(' ');
    return `${index}: ${finishReason}${status === undefined ? '' : ` ${status}`}, ${tokens}, ${said}`;
  });
  const count = `${recording}: ${answers.length} answers at fidelity ${fidelity}, ${differences.length} differences`;
  return {
    exitCode: differences.length === 0 ? 0 : 1,
    text: [...lines, ...differences, count].join('\n'),
    json: { ...report },
  };
}
