import { type CommandResult, defineCommand, type ExitCode } from '../cli/define-command.ts';
import { choice, requiredText, text } from '../cli/parameter.ts';

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
    model: text('the model that would be asked today, to see whether it is the recorded one', 'id'),
    format: choice({
      summary: 'how the result is said; github is what its workflow shows beside the file',
      among: ['text', 'github'],
      fallback: undefined,
    }),
  },
  run: async ({ recording, provider, model, format }, io) => {
    if (provider !== undefined) return throughProvider(recording);
    const [{ replayRecording }, { annotationsOf, formatStandings }] = await Promise.all([
      import('#scenarios'),
      import('#recordings'),
    ]);
    const replayed = await replayRecording(recording, {
      today: new Date().toISOString().slice(0, 10),
      signal: io.signal,
      ...(model === undefined ? {} : { model }),
    });
    const isForGithub =
      (format ?? (io.environment['GITHUB_ACTIONS'] ? 'github' : 'text')) === 'github';
    const { report, ...result } = replayed;
    const count =
      `${result.recording}: ${result.exchanges} exchanges, ${result.divergences} divergences, ` +
      `${result.network} network requests, ${Math.round(result.durationMs)} ms`;
    const lines = [
      ...(report === undefined ? [] : [report, '']),
      ...formatStandings(result),
      count,
      ...(isForGithub ? annotationsOf(replayed) : []),
    ];
    return { exitCode: exitCodeOf(result), text: lines.join('\n'), json: { ...replayed } };
  },
});

function exitCodeOf({
  verdict,
  network,
}: {
  readonly verdict: 'same' | 'diverged' | 'unverifiable';
  readonly network: number;
}): ExitCode {
  if (verdict === 'diverged' || network > 0) return 1;
  return verdict === 'same' ? 0 : 3;
}

async function throughProvider(file: string): Promise<CommandResult> {
  const { readImported, replayImported } = await import('#recordings');
  const report = await replayImported(await readImported(file));
  const { recording, fidelity, answers, differences } = report;
  const lines = answers.map(({ text: words, toolCalls, usage, finishReason, status }, index) => {
    const calls = toolCalls.map(({ name, input }) => `${name}(${input})`);
    const tokens = `${usage.input ?? '?'} + ${usage.output ?? '?'} tokens`;
    const said = [JSON.stringify(words), ...calls].join(' ');
    return `${index}: ${finishReason}${status === undefined ? '' : ` ${status}`}, ${tokens}, ${said}`;
  });
  const count = `${recording}: ${answers.length} answers at fidelity ${fidelity}, ${differences.length} differences`;
  return {
    exitCode: differences.length === 0 ? 0 : 1,
    text: [...lines, ...differences, count].join('\n'),
    json: { ...report },
  };
}
