import { configDefaults, defineConfig } from 'vitest/config';

/** Tests of the network guard itself: it would see every request twice behind the one that guards the tests. */
const guardTests = 'recordings/replayer/network-guard.test.ts';
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
          exclude: [...exclude, guardTests],
          setupFiles: ['vitest.setup.ts'],
        },
      },
      { extends: true, test: { name: 'network guard', include: [guardTests], exclude } },
    ],
  },
});
