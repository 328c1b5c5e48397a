import type { Story, ViewedStory } from '#recordings';
import type { View } from '#recordings/viewer';
import type { CommandIo } from '../cli/define-command.ts';
import { defineCommand } from '../cli/define-command.ts';
import { type DatabaseChoice, existingDatabase } from '../cli/existing-database.ts';
import { text, toggle } from '../cli/parameter.ts';
import { UsageError } from '../cli/usage-error.ts';

export const view = defineCommand({
  name: 'view',
  summary: 'Make one page to look at a recording with, or at two side by side, in any browser.',
  arguments: { recording: text('a recording file, or the scenario it is of', 'recording') },
  options: {
    with: text('another recording, shown beside it', 'recording'),
    session: text('a session of a database instead, as its log has it', 'id'),
    databaseUrl: text('PostgreSQL that holds the session; DATABASE_URL otherwise', 'url'),
    dataDir: text('directory of the embedded database that holds it', 'directory'),
    out: text('write the page to this file or directory instead of .groundhog/views', 'path'),
    open: toggle('open it in the browser'),
  },
  run: async ({ recording, with: other, session, out, open, ...database }, io) => {
    if ((recording === undefined) === (session === undefined)) {
      throw new UsageError('view takes a recording, or --session.');
    }
    if (session !== undefined && other !== undefined) {
      throw new UsageError('--with is for recordings.');
    }
    const { writePage } = await import('../cli/write-page.ts');
    const page =
      session === undefined
        ? await viewRecordings(recording ?? '', other, io.signal)
        : await viewSession(session, database, io);
    return writePage(page, { out, open });
  },
});

async function viewRecordings(
  recording: string,
  other: string | undefined,
  signal: AbortSignal,
): Promise<View> {
  const [{ viewStories }, { findViewed }] = await Promise.all([
    import('#recordings/viewer'),
    import('../cli/find-viewed.ts'),
  ]);
  const viewed = await findViewed(recording, signal);
  if (other === undefined) {
    return viewStories(viewed, { effectOf: await readEffects([viewed.story]) });
  }
  const beside = await findViewed(other, signal);
  const effectOf = await readEffects([viewed.story, beside.story]);
  if (viewed.story.name !== beside.story.name) {
    return viewStories(viewed, { other: beside, effectOf });
  }
  // Two of one name, as a fork and what it was forked from, are told apart by what they were asked for by.
  return viewStories(named(viewed, recording), { other: named(beside, other), effectOf });
}

const named = (viewed: ViewedStory, name: string): ViewedStory => ({
  ...viewed,
  story: { ...viewed.story, name },
});

async function viewSession(
  sessionId: string,
  choice: DatabaseChoice,
  io: CommandIo,
): Promise<View> {
  const [{ openHarnessDatabase, openSessions }, { viewRun }] = await Promise.all([
    import('#harness'),
    import('#recordings/viewer'),
  ]);
  const where = await existingDatabase('view --session', choice, io.environment);
  await using database = await openHarnessDatabase(where);
  const sessions = await openSessions(database);
  const events = await sessions.readEvents(sessionId, 0);
  if (events.length === 0) {
    throw new UsageError(`--session: the database holds no event of a session ${sessionId}.`);
  }
  const [deltas, records] = await Promise.all([
    sessions.readDeltas(sessionId),
    sessions.readRecords(sessionId),
  ]);
  return viewRun({ sessionId, events, deltas, records });
}

/** Effect classes of tools, as the cards that were recorded declare them: a recording does not hold them. */
async function readEffects(
  stories: readonly Story[],
): Promise<(tool: string) => string | undefined> {
  const { scenarios } = await import('#scenarios');
  const names = new Set(stories.map(({ name }) => name));
  const effects = scenarios
    .filter(({ id }) => names.has(id))
    .flatMap(({ subject }) => subject.assemble({ worldUrl: 'http://world.invalid' }).agents)
    .flatMap(({ tools }) => tools.map(({ name, effect }): [string, string] => [name, effect]));
  const byTool = new Map(effects);
  return (tool) => byTool.get(tool);
}
