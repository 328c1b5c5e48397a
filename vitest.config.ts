import { configDefaults, defineConfig } from 'vitest/config';

/**
 * Tests of values, texts and files, which leave their process as they found it: they share one. A process of their own costs
 * each file more than a second, most of them more than their tests. What starts DBOS, a database or a server stays alone.
 */
const shared = [
  'bench/{bars,measure}/**/*.test.ts',
  'evals/{gate,metrics,report,runner,scorers}/**/*.test.ts',
  'harness/{host,model,safety,telemetry,tools}/**/*.test.ts',
  'harness/agent/{budgets,cached-results,live-tools,roles,run-agent,safety,score-route}.test.ts',
  'harness/agent/{summary-refused,tool-failures,withheld}.test.ts',
  'harness/memory/{hydrate,prefix}.test.ts',
  'harness/sandbox/guest/*.test.ts',
  'harness/session/bounded-text.test.ts',
  'harness/supervision/supervised-memory.test.ts',
  'harness/testing/{conversation,openai-faults,openai-server,playbook}.test.ts',
  'recordings/{calls,drift,exporters,format,importers,story,timing}/**/*.test.ts',
  'recordings/viewer/{align-sides,page/**/*}.test.ts',
  'recordings/replayer/**/!(network-guard).test.ts',
  'recordings/wire/{any-body,wire}.test.ts',
  'recordings/recorder/{any-agent,attach-recorder,canary,create-recorder,generated-session,given-up,verify-recording}.test.ts',
  'scenarios/{desk,mutants}/**/*.test.ts',
  'scenarios/scenario/{*,card/*}.test.ts',
  'scenarios/{checkers/approvals-bound,verifier/{check-viewings,judge},vitest/{recording-path,saved-ms}}.test.ts',
  'scripts/{cli,render}/**/*.test.ts',
  'scripts/commands/{accept,called-agent,diff,export,large-payload,migrate,scan,status,verify,wire-recording}.test.ts',
];
const exclude = [...configDefaults.exclude, '.groundhog/**'];

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    // Long, because a machine that is shared may stand still for seconds: it is what is seen that decides, not when.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 20_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'shared',
          include: shared,
          exclude,
          setupFiles: ['vitest.setup.ts'],
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'alone',
          include: ['**/*.test.ts'],
          exclude: [...exclude, ...shared],
          setupFiles: ['vitest.setup.ts'],
        },
      },
    ],
  },
});
