import type { Paint } from './paint.ts';

export interface GateReport {
  readonly suite: string;
  readonly trials: number;
  /** Metric name to its value; higher is better. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly gate: 'pass' | 'fail' | 'invalid';
  /** Why the gate decided so; empty when all held. */
  readonly reasons: readonly string[];
}

const colours = { pass: 'green', fail: 'red', invalid: 'yellow' } as const;

/** The metrics as a table, the reasons, the gate's word last. */
export function renderGateReport(report: GateReport, paint: Paint): string {
  const { suite, trials, metrics, gate, reasons } = report;
  const width = Math.max(0, ...Object.keys(metrics).map((name) => name.length));
  return [
    `${suite}: ${trials} trials`,
    ...Object.entries(metrics).map(([name, value]) => `  ${name.padEnd(width)}  ${decimal(value)}`),
    ...reasons.map((reason) => `  ${reason}`),
    `gate: ${paint(colours[gate], gate)}`,
  ].join('\n');
}

function decimal(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(3);
}
