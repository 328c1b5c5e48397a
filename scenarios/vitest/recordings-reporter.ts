import { relative } from 'node:path';
import type { TestModule, Vitest } from 'vitest/node';
import { orphanedRecordings } from './orphaned-recordings.ts';
import { acceptedLines, recordingsLine, type TokenPrices } from './recordings-line.ts';

/**
 * A reporter for vitest that ends a run with a line about its recordings, and before it one for each thing that is accepted of them and for each that no test has any more.
 * A run in which no test used one fails: whoever names this reporter has recordings, and a filter or a name that changed has lost
 * them. But for a shard and for `--watch`, which run what they happen to.
 */
export class RecordingsReporter {
  readonly #prices: TokenPrices | undefined;
  #isPart = false;

  constructor({ prices }: { readonly prices?: TokenPrices } = {}) {
    this.#prices = prices;
  }

  onInit({ config }: Vitest): void {
    this.#isPart = config.watch || config.shard !== undefined;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap(({ children }) => [...children.allTests()]);
    const usages = tests.flatMap((test) => test.meta().groundhog ?? []);
    const hasFailed = tests.some((test) => test.result().state === 'failed');
    const orphans = orphanedRecordings(modules).map(
      (path) => `groundhog: ${relative('', path)}: no test has this recording`,
    );
    if (usages.length > 0) {
      const lines = [...acceptedLines(usages), ...orphans, recordingsLine(usages, this.#prices)];
      process.stdout.write(`${lines.join('\n')}\n`);
    } else if (!hasFailed && !this.#isPart) {
      const lines = [...orphans, 'groundhog: no test of this run used a recording.'];
      process.stdout.write(`${lines.join('\n')}\n`);
      process.exitCode = 1;
    }
  }
}
