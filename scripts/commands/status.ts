import { stat } from 'node:fs/promises';
import { defineCommand } from '../cli/define-command.ts';
import { choice, text, toggle } from '../cli/parameter.ts';

export const status = defineCommand({
  name: 'status',
  summary:
    'Say of each recording whether agents are still told what they were told when it was made.',
  arguments: {
    recordings: text(
      'a directory of recordings (default: the library), one recording, its scenario, or a file that exports that',
      'recordings',
    ),
  },
  options: {
    replay: toggle('replay as well what does not show without'),
    tools: choice({
      summary: 'live: replay with the tools at work in the world of the scenario',
      among: ['recorded', 'live'],
      fallback: 'recorded',
    }),
  },
  run: async ({ recordings: named, replay, tools }, { paint, signal }) => {
    const { libraryPath, recordingStatus, recordingStatuses } = await import('#scenarios');
    const options = {
      replay: replay || tools === 'live',
      tools,
      today: new Date().toISOString().slice(0, 10),
      signal,
    };
    const directory = named ?? libraryPath();
    const recordings = (await isDirectory(directory))
      ? await recordingStatuses(directory, { ...options, complete: named === undefined })
      : [await recordingStatus(directory, options)];
    const { formatStatuses } = await import('../render/story/status-report.ts');
    const ok = recordings.filter(({ state }) => state === 'ok').length;
    const held = ok === recordings.length ? 0 : 1;
    return {
      // Nothing to look at is no success.
      exitCode: recordings.length === 0 ? 2 : held,
      text: formatStatuses(recordings, paint),
      json: { ok, recordings },
    };
  },
});

async function isDirectory(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() ?? false;
}
