import { isTest, referencesOf, type SourceFile } from './source-file.ts';

/** The packages this project promises to stand on; vitest is the one whose use is in tests. */
const promised = [
  'ai',
  '@ai-sdk/openai',
  'msw',
  'pg',
  '@electric-sql/pglite',
  'drizzle-orm',
  '@dbos-inc/dbos-sdk',
  'vitest',
  'tinybench',
  'commander',
] as const;

/** Promised packages that nothing loads: a type, or for all but vitest a test, is no use. */
export function findUnused(files: readonly SourceFile[]): readonly string[] {
  return promised.filter(
    (name) =>
      !files
        .filter(({ path }) => name === 'vitest' || !isTest(path))
        .flatMap(referencesOf)
        .some(
          ({ specifier, isType }) =>
            !isType && (specifier === name || specifier.startsWith(`${name}/`)),
        ),
  );
}

/** Packages whose every release may change what a model is sent; their versions are exact. */
const pinnedPackage = /^(ai|@ai-sdk\/.+)$/;
const exactVersion = /^\d+\.\d+\.\d+$/;

/** Dependencies that must be pinned and are not, as `name@range`. */
export function findUnpinned(dependencies: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(dependencies)
    .filter(([name, version]) => pinnedPackage.test(name) && !exactVersion.test(version))
    .map(([name, version]) => `${name}@${version}`);
}
