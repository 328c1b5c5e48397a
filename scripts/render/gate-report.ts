import type { Paint } from './paint.ts';

/** What an eval came to, as far as it is shown. Null: not measured, or not in the baseline. */
export interface GateReport {
  readonly suite: string;
  readonly trials: number;
  readonly metrics: Readonly<
    Record<
      string,
      { readonly value: number | null; readonly baseline: number | null; readonly verdict: string }
    >
  >;
  readonly gate: 'pass' | 'fail' | 'invalid';
  /** Why not `pass`; empty on `pass`. */
  readonly reasons: readonly string[];
}

const colours = { pass: 'green', fail: 'red', invalid: 'yellow' } as const;

/** The metrics beside their baselines, why the gate objects, and its word last. */
export function renderGateReport(report: GateReport, paint: Paint): string {
  const { suite, trials, metrics, gate, reasons } = report;
  const width = Math.max(0, ...Object.keys(metrics).map((name) => name.length));
  return [
    `${suite}: ${trials} trials`,
    ...Object.entries(metrics).map(
      ([name, { value, baseline, verdict }]) =>
        `  ${name.padEnd(width)}  ${figure(value)}  baseline ${figure(baseline)}  ${verdict}`,
    ),
    ...reasons.map((reason) => `  ${reason}`),
    `gate: ${paint(colours[gate], gate)}`,
  ].join('\n');
}

function figure(value: number | null): string {
  if (value === null) return 'none';
  return Number.isInteger(value) ? String(value) : value.toFixed(3);
}
