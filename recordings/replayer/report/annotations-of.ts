import { placeName } from '../../format/recording.ts';
import type { Divergence } from '../divergence.ts';
import { notices, type Standings } from './format-standings.ts';
import { githubAnnotation } from './github-annotation.ts';

/** What a replay has to say beside the lines of its file: its divergence, what it warns of, what nobody can verify. */
export function annotationsOf({
  recording,
  file,
  divergence,
  report = '',
  ...standings
}: Standings & {
  readonly recording: string;
  readonly file: string;
  readonly divergence?: Divergence;
  readonly report?: string;
}): readonly string[] {
  const where = divergence?.at === undefined ? '' : ` at ${placeName(divergence.at.place)}`;
  const title = `${recording} diverged: ${divergence?.class}${where}`;
  return [
    ...(divergence === undefined
      ? []
      : [
          githubAnnotation({ level: 'error', file, line: divergence.line, title, message: report }),
        ]),
    ...notices(standings).map(({ kind, line, text }) =>
      githubAnnotation({
        level: 'warning',
        file,
        line,
        title: `${recording}: ${kind}`,
        message: text,
      }),
    ),
  ];
}
