import { readFile } from 'node:fs/promises';
import type { DatabaseOptions } from '#harness';
import { type CommandIo, defineCommand } from '../cli/define-command.ts';
import { chosenDatabase, type DatabaseChoice, existingDatabase } from '../cli/existing-database.ts';
import { choice, text } from '../cli/parameter.ts';
import { UsageError } from '../cli/usage-error.ts';

export const fork = defineCommand({
  name: 'fork',
  summary:
    'Let a session, recorded or in a database, go on otherwise from one place, and compare what came of it.',
  arguments: { recording: text('a recording file, or the scenario it is of', 'recording') },
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
    as: text('make it a session of its own in the database, under this id', 'id'),
    session: text('a session of the database instead of a recording, captured first', 'id'),
    scenario: text(
      'whose agents and world it has: an id, or a file that exports a scenario; a recording says it by its name',
      'scenario',
    ),
    databaseUrl: text('PostgreSQL for --as and --session; DATABASE_URL otherwise', 'url'),
    dataDir: text('directory of the embedded database for them instead', 'directory'),
  },
  run: async (input, io) => {
    const { at, prompt, model, tools, out, as, scenario } = input;
    if (at === undefined) throw new UsageError('--at is missing.');
    const origin = await originOf(input, io.environment);
    const { database } = origin;
    const prompts = prompt === undefined ? {} : await readPrompt(prompt);
    const [{ forkRecording, forkSession }, { readConfig }, { tellFork }] = await Promise.all([
      import('#scenarios'),
      import('#harness'),
      import('../render/fork-report.ts'),
    ]);
    const options = {
      at,
      prompts,
      ...(scenario === undefined ? {} : { scenario }),
      ...(model === undefined ? {} : { model }),
      tools,
      ...(out === undefined ? {} : { out }),
      ...(as === undefined || database === undefined ? {} : { home: { as, database } }),
      config: readConfig(io.environment),
      progress: io.progress,
      signal: io.signal,
    };
    const report =
      'session' in origin
        ? await forkSession(origin.session, { ...options, ...origin })
        : await forkRecording(origin.recording, options);
    return { exitCode: 0, text: tellFork(report, io.paint), json: { ...report } };
  },
});

type ForkInput = DatabaseChoice & {
  readonly [Name in 'recording' | 'session' | 'scenario' | 'as']: string | undefined;
};

/** What is forked: a recording by its name or path, or a session of a database. */
type Origin =
  | { readonly recording: string; readonly database: DatabaseOptions | undefined }
  | { readonly session: string; readonly scenario: string; readonly database: DatabaseOptions };

async function originOf(
  { recording, session, scenario, as, ...named }: ForkInput,
  environment: CommandIo['environment'],
): Promise<Origin> {
  if (recording !== undefined && session === undefined) {
    if (as !== undefined) {
      return { recording, database: await chosenDatabase('fork --as', named, environment) };
    }
    if (named.databaseUrl === undefined && named.dataDir === undefined) {
      return { recording, database: undefined };
    }
    throw new UsageError('A recording needs a database only with --as, the id of the session.');
  }
  if (recording !== undefined || session === undefined) {
    throw new UsageError('fork takes a recording, or --session.');
  }
  if (scenario === undefined) throw new UsageError('--session takes --scenario.');
  const database = await existingDatabase('fork --session', named, environment);
  return { session, scenario, database };
}

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
