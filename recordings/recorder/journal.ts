import { randomBytes } from 'node:crypto';
import {
  closeSync,
  createReadStream,
  mkdirSync,
  openSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { findInLine, type KnownSecret } from '../format/find-secrets.ts';
import type { SessionHeader } from '../format/header.ts';
import type { Definition, EventOutline, Exchange, RecordingEnd } from '../format/recording.ts';
import { SecretFoundError } from '../format/secret-found-error.ts';
import { createDigests } from '../format/serialize-recording.ts';
import { RecordingUnfinishedError } from './recording-unfinished-error.ts';

/** A recording as it comes about, beside where it will stand: a torn file, whoever it is that stops writing. */
export interface Journal {
  /** @throws SecretFoundError, and nothing of it is written. */
  readonly append: (lines: readonly (Definition | Exchange)[]) => void;
  /** Makes the whole recording of it, line by line, and takes the journal away. Says the hash of its end line. */
  readonly complete: (events: EventOutline) => Promise<string>;
  /** From now on it stands beside another recording, in the place of what was left there. */
  readonly move: (path: string) => void;
  /** Takes it away. */
  readonly discard: () => Promise<void>;
}

/** Where the journal of the recording at this path is. */
export const partialOf = (path: string): string => `${path}.partial`;

/** @throws RecordingUnfinishedError when another has been left there. */
export function openJournal(
  path: string,
  header: SessionHeader,
  known: readonly KnownSecret[],
): Journal {
  let partial = partialOf(path);
  const file = create(partial);
  const counts = { lines: 0, exchanges: 0 };
  const write = (values: readonly object[]): void => {
    const lines = values.map((value) => JSON.stringify(value));
    const found = lines.flatMap((line, index) => findInLine(line, counts.lines + index + 1, known));
    if (found.length > 0) throw new SecretFoundError(partial, found);
    // Goes on where the system took only the beginning of it, as it does when there is little room left.
    writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
    counts.lines += lines.length;
  };
  write([header]);
  return {
    append: (lines) => {
      write(lines);
      counts.exchanges += lines.filter((line) => !isDefinition(line)).length;
    },
    complete: async (events) => {
      write([events]);
      closeSync(file);
      const { exchanges } = counts;
      const hash = await putInOrder(partial, path, { exchanges, events: events.outline.length });
      await rm(partial);
      return hash;
    },
    move: (to) => {
      renameSync(partial, partialOf(to));
      partial = partialOf(to);
    },
    discard: async () => {
      closeSync(file);
      await rm(partial);
    },
  };
}

function create(partial: string): number {
  mkdirSync(dirname(partial), { recursive: true });
  try {
    return openSync(partial, 'wx');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') {
      throw new RecordingUnfinishedError(partial, error);
    }
    throw error;
  }
}

const isDefinition = ({ t }: Definition | Exchange): boolean =>
  t === 'prompt' || t === 'tool-definition';

/** A line of a definition as this writes it. */
const definitionPattern = /^\{"t":"(?:prompt|tool-definition)"/;

/** Definitions stand before exchanges; nothing else moves. Holds one line at a time. */
async function putInOrder(
  partial: string,
  path: string,
  counts: { readonly exchanges: number; readonly events: number },
): Promise<string> {
  const digests = createDigests();
  const draft = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    let end: RecordingEnd;
    {
      await using file = await open(draft, 'wx');
      for (const part of ['head', 'rest'] as const) {
        let number = 0;
        for await (const line of createInterface({ input: createReadStream(partial, 'utf8') })) {
          number += 1;
          if (partOf(line, number) !== part) continue;
          digests.add(line);
          await file.write(`${line}\n`);
        }
      }
      end = digests.end(counts);
      await file.write(`${JSON.stringify(end)}\n`);
      await file.sync();
    }
    await rename(draft, path);
    return end.hash;
  } finally {
    await rm(draft, { force: true });
  }
}

const partOf = (line: string, number: number): 'head' | 'rest' =>
  number === 1 || definitionPattern.test(line) ? 'head' : 'rest';
