import { defineCommand } from '../cli/define-command.ts';
import { text, toggle } from '../cli/parameter.ts';

export const status = defineCommand({
  name: 'status',
  summary:
    'Say of each recording whether agents are still told what they were told when it was made.',
  arguments: { directory: text('where the recordings are (default: the library)', 'directory') },
  options: { replay: toggle('replay as well what does not show without') },
  run: async ({ directory, replay }, { paint, signal }) => {
    const { libraryPath, recordingStatuses } = await import('#scenarios');
    const recordings = await recordingStatuses({
      directory: directory ?? libraryPath(),
      complete: directory === undefined,
      replay,
      today: new Date().toISOString().slice(0, 10),
      signal,
    });
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
