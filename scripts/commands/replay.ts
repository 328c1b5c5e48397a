import { defineCommand } from '../cli/define-command.ts';
import { requiredText } from '../cli/parameter.ts';

export const replay = defineCommand({
  name: 'replay',
  summary: 'Run a recorded session again without a model or a network and compare.',
  arguments: { recording: requiredText('a recording file, or the scenario it is of') },
  options: {},
  run: async ({ recording }, io) => {
    const { replayRecording } = await import('#scenarios');
    const { report, ...result } = await replayRecording(recording, { signal: io.signal });
    const held = result.divergences === 0 && result.network === 0;
    const count =
      `${result.recording}: ${result.exchanges} exchanges, ${result.divergences} divergences, ` +
      `${result.network} network requests, ${Math.round(result.durationMs)} ms`;
    return {
      exitCode: held ? 0 : 1,
      text: report === undefined ? count : `${report}\n\n${count}`,
      json: report === undefined ? { ...result } : { ...result, report },
    };
  },
});
