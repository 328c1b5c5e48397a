import type { TestModule } from 'vitest/node';
import { acceptedLines, recordingsLine, type TokenPrices } from './recordings-line.ts';

/**
 * A reporter for vitest that ends a run with a line about its recordings, and one for each thing that is accepted of them. A run in which no test used one fails: whoever
 * names this reporter has recordings, and a filter or a name that changed has lost them.
 */
export class RecordingsReporter {
  readonly #prices: TokenPrices | undefined;

  constructor({ prices }: { readonly prices?: TokenPrices } = {}) {
    this.#prices = prices;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap(({ children }) => [...children.allTests()]);
    const usages = tests.flatMap((test) => test.meta().groundhog ?? []);
    const hasFailed = tests.some((test) => test.result().state === 'failed');
    if (usages.length > 0) {
      const lines = [...acceptedLines(usages), recordingsLine(usages, this.#prices)];
      process.stdout.write(`${lines.join('\n')}\n`);
    } else if (!hasFailed) {
      process.stdout.write('groundhog: no test of this run used a recording.\n');
      process.exitCode = 1;
    }
  }
}
