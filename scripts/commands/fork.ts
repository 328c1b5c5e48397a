import { readFile } from 'node:fs/promises';
import { defineCommand } from '../cli/define-command.ts';
import { choice, requiredText, text } from '../cli/parameter.ts';
import { UsageError } from '../cli/usage-error.ts';

export const fork = defineCommand({
  name: 'fork',
  summary: 'Let a recorded session go on otherwise from one place, and compare what came of it.',
  arguments: { recording: requiredText('a recording file, or the scenario it is of') },
  options: {
    at: text('the first step that may differ: a place such as 1/billing#2, or its number', 'place'),
    prompt: text('tell this agent the text of the file instead, from there on', 'agent=file'),
    model: text('who answers from there on: scripted, live, or the id of a live model', 'model'),
    tools: choice({
      summary: 'recorded: tools do not run and answer only what is recorded',
      among: ['live', 'recorded'],
      fallback: 'live',
    }),
    out: text('keep the forked recording here', 'file'),
  },
  run: async ({ recording, at, prompt, model, tools, out }, io) => {
    if (at === undefined) throw new UsageError('--at is missing.');
    const prompts = prompt === undefined ? {} : await readPrompt(prompt);
    const [{ forkRecording }, { readConfig }, { tellFork }] = await Promise.all([
      import('#scenarios'),
      import('#harness'),
      import('../render/fork-report.ts'),
    ]);
    const report = await forkRecording(recording, {
      at,
      prompts,
      ...(model === undefined ? {} : { model }),
      tools,
      ...(out === undefined ? {} : { out }),
      config: readConfig(io.environment),
      progress: io.progress,
      signal: io.signal,
    });
    return { exitCode: 0, text: tellFork(report, io.paint), json: { ...report } };
  },
});

/** `billing=prompt.md`: the agent, and the file that holds what it is told. */
async function readPrompt(given: string): Promise<Readonly<Record<string, string>>> {
  const [, agent, file] = /^([^=]+)=(.+)$/.exec(given) ?? [];
  if (agent === undefined || file === undefined) {
    throw new UsageError(
      `--prompt takes an agent and a file, such as billing=prompt.md, not "${given}".`,
    );
  }
  const content = await readFile(file, 'utf8').catch(() => {
    throw new UsageError(`--prompt: ${file} cannot be read.`);
  });
  // The line break at its end is the file's.
  const told = content.replace(/\r?\n$/, '');
  if (told.trim() === '') throw new UsageError(`--prompt: ${file} is empty.`);
  return { [agent]: told };
}
