/** How fast: what a durable step costs beside its floor. */
export { gateOf } from './bars/gate-of.ts';
export { formatBench } from './format-bench.ts';
export { type LoadOptions, type LoadResult, runLoad } from './load/run-load.ts';
export type { BenchRow } from './measure/summarise.ts';
export { type BenchOptions, type BenchResult, runBench } from './run-bench.ts';
