import { existsSync } from 'node:fs';
import { glob, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { RecordingMissingError } from '#recordings';
import { type LocatedScenario, locateScenario } from '../../suites/locate-scenario.ts';
import { scenarios } from '../../suites/scenario-named.ts';
import { libraryPath, recordingPath } from '../recording-path.ts';
import { createToday, type RecordingStatus, type StatusOptions, statusOf } from './status-of.ts';

/**
 * How recordings stand to what they are of: those below a directory that is named, and those that are named by their file or by
 * their scenario, the id or the file that exports it; the library, which ought to be complete, when nothing is named.
 */
export async function recordingStatuses(
  named: readonly string[],
  options: StatusOptions,
): Promise<readonly RecordingStatus[]> {
  const { files, located } = await lookUp(named.length === 0 ? [libraryPath()] : named);
  const expected = named.length === 0 ? scenarios.map(ofLibrary) : located;
  const cards = new Map(located.map((each) => [resolve(each.recording), each]));
  const definitions = createToday();
  const statuses: RecordingStatus[] = [];
  for (const file of files) {
    options.signal?.throwIfAborted();
    const find = (recording: string) => {
      const card = cards.get(resolve(file));
      if (card !== undefined) return { scenario: card.scenario, nameOrPath: card.place };
      const scenario = scenarios.find(({ id }) => id === recording);
      return scenario && { scenario, nameOrPath: file };
    };
    statuses.push(await statusOf(file, { ...options, definitions, find }));
  }
  const missing = expected.filter(({ recording }) => !existsSync(recording));
  return [
    ...statuses,
    ...missing.map(({ scenario: { id } }) => ({
      recording: id,
      state: 'missing' as const,
      drift: [],
    })),
  ];
}

const ofLibrary = (
  scenario: (typeof scenarios)[number],
): Pick<LocatedScenario, 'scenario' | 'recording'> => ({
  scenario,
  recording: recordingPath(scenario.id),
});

/** The recordings that are meant, each once, and the scenarios that were named for them. */
async function lookUp(named: readonly string[]): Promise<{
  readonly files: readonly string[];
  readonly located: readonly LocatedScenario[];
}> {
  const files = new Map<string, string>();
  const located: LocatedScenario[] = [];
  const add = (file: string): void => {
    if (!files.has(resolve(file))) files.set(resolve(file), file);
  };
  for (const name of named) {
    if (await isDirectory(name)) for (const file of await recordingsBelow(name)) add(file);
    else if (name.endsWith('.jsonl')) add(await existing(name));
    else {
      const found = await locateScenario(name);
      located.push(found);
      if (existsSync(found.recording)) add(found.recording);
    }
  }
  return { files: [...files.values()], located };
}

async function existing(file: string): Promise<string> {
  await stat(file).catch((error: unknown) => {
    throw new RecordingMissingError(file, error);
  });
  return file;
}

async function isDirectory(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() ?? false;
}

const isPackages = (path: string): boolean => basename(path) === 'node_modules';

/** What lies in packages is not ours to judge. */
async function recordingsBelow(directory: string): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const file of glob('**/*.jsonl', { cwd: directory, exclude: isPackages })) {
    found.push(join(directory, file));
  }
  return found.toSorted();
}
