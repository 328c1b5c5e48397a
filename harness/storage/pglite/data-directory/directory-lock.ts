import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { HarnessError } from '../../../host/harness-error.ts';
import { mayBeAlive, ownLife } from './process-life.ts';

const ticketSchema = z.object({
  host: z.string(),
  pid: z.int(),
  startedAt: z.string(),
  isReleased: z.boolean(),
});
type Ticket = z.infer<typeof ticketSchema>;

export interface DirectoryLock {
  readonly release: () => void;
}

/** Losing more races than this means that something else is wrong. */
const attemptLimit = 100;

/**
 * Makes this process the only owner of what `directory` stands for. Owners draw numbered tickets, and the
 * highest number owns. A ticket is superseded only when its owner gave it back or is certainly dead, and
 * removed only when a higher one exists; so of two processes that find the same owner dead, only one can
 * draw the next number. Throws DirectoryLockedError.
 */
export function lockDirectory(directory: string): DirectoryLock {
  mkdirSync(directory, { recursive: true });
  for (let attempt = 0; attempt < attemptLimit; attempt += 1) {
    const highest = ticketNumbers(directory).at(-1) ?? 0;
    const owner = readTicket(directory, highest);
    if (owner !== undefined && !owner.isReleased && mayBeAlive(owner)) {
      throw new DirectoryLockedError(directory, owner);
    }
    const mine = highest + 1;
    if (!drawTicket(directory, mine)) continue;
    const others = ticketNumbers(directory).filter((each) => each !== mine);
    if (others.some((each) => each > mine)) {
      // Somebody drew `mine` before us, was superseded and removed, all since we looked.
      rmSync(join(directory, String(mine)), { force: true });
      continue;
    }
    for (const each of others) rmSync(join(directory, String(each)), { force: true });
    return { release: () => writeTicket(directory, mine, true) };
  }
  throw new DirectoryLockedError(directory, undefined);
}

export class DirectoryLockedError extends HarnessError {
  constructor(directory: string, owner: Ticket | undefined) {
    const who =
      owner === undefined ? 'others all the time' : `process ${owner.pid} on ${owner.host}`;
    super({
      code: 'DIRECTORY_LOCKED',
      message: `The database directory is in use by ${who} (lock: ${directory}).`,
      hint: 'Close that process or choose another directory; if it is gone for certain (another host or container), remove the lock.',
    });
  }
}

function ticketNumbers(directory: string): readonly number[] {
  return readdirSync(directory)
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .toSorted((a, b) => a - b);
}

function readTicket(directory: string, number: number): Ticket | undefined {
  const file = join(directory, String(number));
  return existsSync(file) ? ticketSchema.parse(JSON.parse(readFileSync(file, 'utf8'))) : undefined;
}

/** False when the number is taken. A ticket appears whole or not at all. */
function drawTicket(directory: string, number: number): boolean {
  const draft = writeDraft(directory, false);
  try {
    linkSync(draft, join(directory, String(number)));
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft);
  }
}

function writeTicket(directory: string, number: number, isReleased: boolean): void {
  renameSync(writeDraft(directory, isReleased), join(directory, String(number)));
}

function writeDraft(directory: string, isReleased: boolean): string {
  const life = ownLife();
  const draft = join(directory, `draft-${life.pid}-${life.startedAt.replaceAll(/\W/g, '')}`);
  writeFileSync(draft, JSON.stringify({ ...life, isReleased } satisfies Ticket));
  return draft;
}
