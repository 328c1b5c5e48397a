import type { BarVerdict } from './judge-bars.ts';

/** An exit code: 0 when every bar holds, 1 when one does not, 2 when none fails and one is undecided. */
export function gateOf(bars: readonly Pick<BarVerdict, 'verdict'>[]): 0 | 1 | 2 {
  if (bars.some(({ verdict }) => verdict === 'fail')) return 1;
  return bars.some(({ verdict }) => verdict === 'inconclusive') ? 2 : 0;
}
