import { basename, relative } from 'node:path';
import type { RecordingStatus } from '#scenarios';
import type { Paint } from '../paint.ts';
import { printable } from '../printable.ts';
import { definitionLines } from './difference-report.ts';
import { counted } from './show-step.ts';
import { indented } from './show-value.ts';

/** What there is to say of recordings that are not ok, and how many are. */
export function formatStatuses(statuses: readonly RecordingStatus[], paint: Paint): string {
  const others = statuses.filter(({ state }) => state !== 'ok');
  const ok = statuses.length - others.length;
  const lines = [
    ...others.flatMap((each) => statusLines(each, paint)),
    `${counted(statuses.length, 'recording')}, ${ok} ok, ${others.length} not`,
  ];
  return printable(lines.join('\n'));
}

function statusLines(
  { recording, file, state, drift, divergence, reason = '' }: RecordingStatus,
  paint: Paint,
): readonly string[] {
  const found = [...drift, ...(divergence === undefined ? [] : [divergence])];
  const classes = [...new Set(found.map((each) => each.class))].join(', ');
  const isReport = reason.includes('\n');
  const title = [state.padEnd(10), namedBy(recording, file), classes].join(' ').trimEnd();
  return [
    isReport || reason === '' ? title : `${title}: ${reason}`,
    ...indented(drift.flatMap(({ change }) => definitionLines(change, paint))),
    ...indented(isReport ? reason.split('\n') : []),
  ];
}

/** With its file, where that goes by another name. */
function namedBy(recording: string, file: string | undefined): string {
  const isNamed =
    file === undefined || file === recording || basename(file, '.jsonl') === recording;
  return isNamed ? recording : `${recording} (${relative('', file)})`;
}
