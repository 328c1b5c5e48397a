import { copyFileSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { stripTypes } from '#harness';

// What is installed elsewhere. Node strips the types of no file under `node_modules`, so they are stripped before: each module keeps
// its place and its lines and ends in `.js`. What else is loaded from beside it, prompts, pages and migrations, is copied.

const folders = ['harness', 'recordings', 'scenarios', 'evals', 'bench', 'scripts'];
const left =
  /\.test\.ts$|^scripts\/(?:tidy|pack)\/|\/(?:fixtures|conformance)\/|^recordings\/testing\//;

/** A text that names one of our files, in an import or beside `import.meta.url`: it begins where a path does. */
const ownFile = /(?<=['"`]\.{0,2}\/[^'"`\n]*\.)ts(?=['"`])/g;

/** Builds `root` into `target`, which is emptied first; without declarations, which `tsconfig.declarations.json` is for. */
export function buildPackage(root: string, target: string): void {
  rmSync(target, { recursive: true, force: true });
  const paths = globSync(`{${folders.join(',')}}/**/*.*`, { cwd: root });
  for (const path of paths.filter((each) => !left.test(each))) {
    const to = join(target, path.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(to), { recursive: true });
    if (/\.[tj]s$/.test(path)) writeFileSync(to, moduleOf(join(root, path)));
    else copyFileSync(join(root, path), to);
  }
  // The nearest package.json says what `#harness` is.
  const manifest = readFileSync(join(root, 'package.json'), 'utf8');
  writeFileSync(join(target, 'package.json'), manifest.replaceAll(ownFile, 'js'));
}

function moduleOf(path: string): string {
  const source = readFileSync(path, 'utf8');
  return (path.endsWith('.ts') ? stripTypes(source) : source).replaceAll(ownFile, 'js');
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '../..');
  buildPackage(root, join(root, 'dist'));
}
