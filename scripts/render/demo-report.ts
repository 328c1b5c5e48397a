import type { Paint } from './paint.ts';

export interface DemoPartReport {
  readonly title: string;
  readonly held: boolean;
  /** One sentence: what was found. */
  readonly found: string;
  readonly durationMs: number;
}

/** One line per part, then what all of it means. */
export function renderDemoReport(parts: readonly DemoPartReport[], paint: Paint): string {
  const lines = parts.map(({ title, held, found, durationMs }, index) => {
    const mark = held ? paint('green', 'held  ') : paint('red', 'FAILED');
    return `${index + 1}. ${mark} ${title}: ${found} (${(durationMs / 1_000).toFixed(1)} s)`;
  });
  const failed = parts.filter(({ held }) => !held).length;
  const meaning =
    failed === 0
      ? 'All of it held: the refund was paid once, whatever was killed, and a harness that pays twice was caught.'
      : `${failed} of ${parts.length} parts did not hold.`;
  return [...lines, '', meaning].join('\n');
}
