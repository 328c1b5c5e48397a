import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { CallHeader } from '../format/header.ts';

/** Gives recordings of one import their names. */
export interface RecordingNames {
  /** The name of a recording made of a source, below the directory that is written to. */
  readonly nameOf: (wanted: string, source: Pick<CallHeader, 'made' | 'source'>) => Promise<string>;
}

/**
 * Each name is given once, also where a file system takes large and small letters for the same. What is there already is only
 * replaced by an import of the same source: then importing again writes the same files.
 */
export function createNames(out: string): RecordingNames {
  const given = new Set<string>();
  return {
    nameOf: async (wanted, source) => {
      const safe = wanted.normalize('NFC').split('/').map(safeSegment).join('/');
      for (let count = 1; ; count += 1) {
        const name = count === 1 ? safe : `${safe}~${count}`;
        const key = name.toLowerCase();
        if (given.has(key) || !(await isFree(join(out, `${name}.jsonl`), source))) continue;
        given.add(key);
        return name;
      }
    },
  };
}

/** File systems take 255 bytes; the ending and what is written first need some. */
const longestBytes = 200;

function safeSegment(segment: string): string {
  const safe = segment.replaceAll(/[^\p{L}\p{N}._[\]-]+/gu, '_').replace(/^\.+/, '_') || '_';
  if (Buffer.byteLength(safe) <= longestBytes) return safe;
  const hash = createHash('sha256').update(safe).digest('hex').slice(0, 8);
  let short = Array.from(safe);
  while (Buffer.byteLength(short.join('')) > longestBytes) short = short.slice(0, -8);
  return `${short.join('')}~${hash}`;
}

const headerSchema = z.looseObject({ made: z.string(), source: z.string() });
const longestHeader = 64 * 1024;

async function isFree(
  path: string,
  { made, source }: Pick<CallHeader, 'made' | 'source'>,
): Promise<boolean> {
  const first = await firstLine(path);
  if (first === undefined) return true;
  try {
    const header = headerSchema.safeParse(JSON.parse(first));
    return header.success && header.data.made === made && header.data.source === source;
  } catch {
    // Somebody else's, and no recording.
    return false;
  }
}

/** Undefined without a file. */
async function firstLine(path: string): Promise<string | undefined> {
  try {
    await using file = await open(path);
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(longestHeader) });
    return buffer.toString('utf8', 0, bytesRead).split('\n', 1)[0];
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
