import { type CommandResult, defineCommand, type ExitCode } from '../cli/define-command.ts';
import { describeFailure } from '../cli/describe-failure.ts';
import { choice, files, text } from '../cli/parameter.ts';

export const replay = defineCommand({
  name: 'replay',
  summary: 'Run recorded sessions again without a model or a network and compare.',
  arguments: {
    recordings: files(
      'recording files, or the scenarios they are of, or files that export such scenarios',
    ),
  },
  options: {
    provider: choice({
      summary: 'drive the answers of an API that a recording holds through this provider instead',
      among: ['openai'],
      fallback: undefined,
    }),
    tools: choice({
      summary: 'live: tools run in the world of the scenario, and must come to what they came to',
      among: ['recorded', 'live'],
      fallback: 'recorded',
    }),
    agent: text(
      'a file that exports the agent whose calls are recorded, to replay them by',
      'file',
    ),
    model: text('the model that would be asked today, to see whether it is the recorded one', 'id'),
    format: choice({
      summary: 'how the result is said; github is what its workflow shows beside the file',
      among: ['text', 'github'],
      fallback: undefined,
    }),
  },
  run: async ({ recordings, provider, model, format, tools, agent }, io) => {
    const isForGithub =
      (format ?? (io.environment['GITHUB_ACTIONS'] ? 'github' : 'text')) === 'github';
    const how = { model, tools, agent, isForGithub, signal: io.signal };
    const replayed: CommandResult[] = [];
    for (const recording of recordings) {
      io.signal.throwIfAborted();
      try {
        replayed.push(
          provider === undefined
            ? await replayOne(recording, how)
            : await throughProvider(recording),
        );
      } catch (error) {
        // Of several the others are told all the same.
        if (recordings.length === 1 || io.signal.aborted) throw error;
        replayed.push(await unreadable(recording, error));
      }
    }
    return together(replayed);
  },
});

async function unreadable(recording: string, error: unknown): Promise<CommandResult> {
  const { text: words, json } = await describeFailure(error);
  return { exitCode: 2, text: `${recording}: ${words}`, json: { recording, error: json } };
}

async function replayOne(
  recording: string,
  how: {
    readonly model: string | undefined;
    readonly tools: 'recorded' | 'live';
    readonly agent: string | undefined;
    readonly isForGithub: boolean;
    readonly signal: AbortSignal;
  },
): Promise<CommandResult> {
  const [{ replayRecording }, { annotationsOf, formatStandings }] = await Promise.all([
    import('#scenarios'),
    import('#recordings'),
  ]);
  const replayed = await replayRecording(recording, {
    today: new Date().toISOString().slice(0, 10),
    signal: how.signal,
    tools: how.tools,
    ...(how.model === undefined ? {} : { model: how.model }),
    ...(how.agent === undefined ? {} : { agent: how.agent }),
  });
  const { report, ...result } = replayed;
  const count =
    `${result.recording}: ${result.exchanges} exchanges, ${result.divergences} divergences, ` +
    `${result.network} network requests, ${Math.round(result.durationMs)} ms`;
  const lines = [
    ...(report === undefined ? [] : [report, '']),
    ...formatStandings(result),
    ...result.blocked.map((name) => `stopped: ${name}`),
    count,
    ...(how.isForGithub ? annotationsOf(replayed) : []),
  ];
  return { exitCode: exitCodeOf(result), text: lines.join('\n'), json: { ...replayed } };
}

/** One is told as it is; of several the worst counts, and the last line says how many went which way. */
function together(results: readonly CommandResult[]): CommandResult {
  const [first] = results;
  if (first !== undefined && results.length === 1) return first;
  const ended = (code: ExitCode) => results.filter(({ exitCode }) => exitCode === code).length;
  const counts = {
    same: ended(0),
    diverged: ended(1),
    unverifiable: ended(3),
    unreadable: ended(2),
  };
  const told = Object.entries(counts).map(([what, count]) => `${count} ${what}`);
  return {
    exitCode: fromWorst.find((code) => ended(code) > 0) ?? 0,
    text: [
      ...results.map((result) => result.text),
      `${results.length} recordings: ${told.join(', ')}`,
    ].join('\n'),
    json: { recordings: results.map(({ json }) => json), ...counts },
  };
}

/** A divergence is known; what nobody could read may be anything. */
const fromWorst: readonly ExitCode[] = [1, 2, 3, 0];

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
  const { readImported, replayImported } = await import('#recordings/importers');
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
