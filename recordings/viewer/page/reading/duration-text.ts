const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** A length of time as people say it: `830 ms`, `1.24 s`, `3 min 12 s`. */
export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < minuteMs) return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
  const [whole, part, units] =
    ms < hourMs ? [minuteMs, 1000, ['min', 's']] : [hourMs, minuteMs, ['h', 'min']];
  const rest = Math.floor((ms % whole) / part);
  const start = `${Math.floor(ms / whole)} ${units[0]}`;
  return rest === 0 ? start : `${start} ${rest} ${units[1]}`;
}
