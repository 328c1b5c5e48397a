import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exists, type Nameable, namedThings, typedCommands } from './named-things.ts';

/** A file people read, as text. */
export interface TextFile {
  readonly path: string;
  readonly text: string;
}

const binaryFile = /\.(png|jpg|gif|ico|wasm|gz|tgz)$/;

/** Every text file that is, or is about to be, part of the project. */
export function readTextFiles(root: string): readonly TextFile[] {
  const listed = execFileSync(
    'git',
    ['ls-files', '--cached', '--others', '--exclude-standard', '--deduplicate'],
    { cwd: root, encoding: 'utf8' },
  );
  return listed
    .split('\n')
    .filter((path) => path !== '' && !binaryFile.test(path))
    .flatMap((path) => {
      const text = readIfThere(join(root, path));
      return text === undefined ? [] : [{ path, text }];
    });
}

/** Things that are true of one machine only and must not be written down. */
const machineBound: readonly { readonly what: string; readonly pattern: RegExp }[] = [
  {
    what: 'a home folder',
    pattern: /(?<![\w.])\/(?:home|Users)\/[\w.-]+|(?<![\w./])\/root\/[\w.-]+/,
  },
  {
    what: 'a package registry',
    pattern:
      /https?:\/\/(?!registry\.npmjs\.org\b)[\w.-]*(?:registry|artifactory|nexus|verdaccio)[\w.:-]*/,
  },
  {
    what: 'a resolved package address',
    pattern: /"resolved": "https?:\/\/(?!registry\.npmjs\.org\/)/,
  },
];

/** Each place of a file that only makes sense on one machine. */
export function findMachineBound({ path, text }: TextFile): readonly string[] {
  return machineBound.flatMap(({ what, pattern }) => {
    const found = pattern.exec(text)?.[0];
    return found === undefined ? [] : [`${path} holds ${what}: ${found}`];
  });
}

/** Each thing a document names that does not exist. */
export function findDeadNames({ path, text }: TextFile, nameable: Nameable): readonly string[] {
  return [...namedThings(text), ...typedCommands(text)]
    .filter((named) => !exists(named, path, nameable))
    .map((named) => `${path} names ${named}`);
}

/** Undefined for a file that git still lists and somebody has just removed. */
function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
