import { defineCommand } from '../cli/define-command.ts';
import { requiredText, text } from '../cli/parameter.ts';
import { UsageError } from '../cli/usage-error.ts';

export const promote = defineCommand({
  name: 'promote',
  summary:
    'Make a scenario of a recorded session: a card to say in what must hold, its recording beside it.',
  arguments: { recording: requiredText('a recording file, such as capture writes') },
  options: {
    like: text(
      'the scenario whose agents and world it has: an id, or a file that exports one',
      'scenario',
    ),
    as: text('id of the new scenario, such as X-02', 'id'),
    out: text('where the card is written, such as cards/x-02.ts', 'file'),
  },
  run: async ({ recording, like, as, out }) => {
    if (like === undefined) throw new UsageError('--like is missing.');
    if (as === undefined) throw new UsageError('--as is missing.');
    if (out === undefined) throw new UsageError('--out is missing.');
    const { promoteRecording } = await import('#scenarios');
    const report = await promoteRecording(recording, { like, as, out });
    const lines = [
      `${report.scenario}: a card with ${report.messages === 1 ? 'a message' : `${report.messages} messages`}`,
      report.card,
      report.recording,
    ];
    return { exitCode: 0, text: lines.join('\n'), json: { ...report } };
  },
});
