/** How good: scenarios are played and scored, and a gate holds the figures against the committed baseline. */
export { type CompareOptions, compareWays, type WayComparison } from './comparison/compare-ways.ts';
export { BaselineInvalidError } from './gate/baseline.ts';
export type { ComparedMetric, Gate, MetricVerdict } from './gate/decide-gate.ts';
export { formatComparison } from './report/format-comparison.ts';
export { formatSuite } from './report/format-suite.ts';
export { type EvalOptions, EvalOptionsError, type PlaybookName } from './runner/eval-options.ts';
export { runSuite, type SuiteResult } from './runner/run-suite.ts';
export type { Score, ScoredTrial } from './scorers/score.ts';
export type { PlayedTrial, Scorer } from './scorers/scorer.ts';
export { defineSuite, type OwnSuite, SuiteInvalidError } from './suites/define-suite.ts';
export { defaultSuite, SuiteUnknownError } from './suites/suite-named.ts';
