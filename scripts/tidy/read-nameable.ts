import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import type { Nameable } from './named-things.ts';

const manifestSchema = z.object({ scripts: z.record(z.string(), z.string()) });

/** What documents of the project at `root` may name. */
export function readNameable(root: string): Nameable {
  const manifest = manifestSchema.parse(
    JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')),
  );
  return {
    root,
    npmScripts: Object.keys(manifest.scripts),
    commands: globSync('scripts/commands/*.ts', { cwd: root }).map((path) => basename(path, '.ts')),
  };
}
