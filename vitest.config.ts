import { configDefaults, defineConfig } from 'vitest/config';

/**
 * Tests of the network guard itself: it would see every request twice behind the one that guards the tests. And of the
 * bench, whose peers patch the process as the guard does.
 */
const unguarded = ['recordings/replayer/network-guard.test.ts', 'bench/run-bench.test.ts'];
const exclude = [...configDefaults.exclude, '.groundhog/**'];

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'tests',
          include: ['**/*.test.ts'],
          exclude: [...exclude, ...unguarded],
          setupFiles: ['vitest.setup.ts'],
        },
      },
      { extends: true, test: { name: 'unguarded', include: unguarded, exclude } },
    ],
  },
});
