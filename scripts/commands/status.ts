import { defineCommand } from '../cli/define-command.ts';
import { anyFiles, choice, text, toggle } from '../cli/parameter.ts';

export const status = defineCommand({
  name: 'status',
  summary:
    'Say of each recording whether agents are still told what they were told when it was made.',
  arguments: {
    recordings: anyFiles(
      'directories of recordings, recordings, scenarios, or files that export those (default: the library)',
    ),
  },
  options: {
    replay: toggle('replay as well what does not show without'),
    tools: choice({
      summary: 'live: replay with the tools at work, those of a scenario in its world',
      among: ['recorded', 'live'],
      fallback: 'recorded',
    }),
    agent: text(
      'a file that exports the agent whose calls are recorded: they are replayed',
      'file',
    ),
  },
  run: async ({ recordings: named, replay, tools, agent }, { paint, signal }) => {
    const { recordingStatuses } = await import('#scenarios');
    const recordings = await recordingStatuses(named, {
      replay: replay || tools === 'live',
      tools,
      ...(agent === undefined ? {} : { agent }),
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
