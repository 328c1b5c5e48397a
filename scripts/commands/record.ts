import { defineCommand } from '../cli/define-command.ts';
import { choice, requiredText, text, toggle } from '../cli/parameter.ts';
import { UsageError } from '../cli/usage-error.ts';

export const record = defineCommand({
  name: 'record',
  summary: 'Run a scenario, write down what happened and check that it replays.',
  arguments: { scenario: requiredText('a scenario, such as R-01, or a file that exports one') },
  options: {
    out: text('write the recording here instead of the library', 'file'),
    model: choice({
      summary: 'who answers',
      among: ['scripted', 'live'],
      fallback: 'scripted',
    }),
    resume: toggle('go on from what a live model had answered when the recording was cut short'),
    timing: toggle('write beside it how long each call took and when its pieces came'),
  },
  run: async ({ scenario, out, model, resume, timing }, io) => {
    if (resume && model !== 'live') {
      throw new UsageError('--resume is for --model live: no other answers are kept.');
    }
    const [{ recordScenario }, { readConfig }] = await Promise.all([
      import('#scenarios'),
      import('#harness'),
    ]);
    const result = await recordScenario(scenario, {
      ...(out === undefined ? {} : { out }),
      model,
      resume,
      timing,
      config: readConfig(io.environment),
      signal: io.signal,
      progress: io.progress,
    });
    const taken =
      result.resumed === undefined ? '' : `, ${result.resumed} of them as they were left`;
    const measured = result.timing === undefined ? '' : `\n${result.timing}: what was measured`;
    return {
      exitCode: 0,
      text: `${result.recording}: ${result.exchanges} exchanges${taken}, ${result.made}, replays to itself${measured}`,
      json: { ...result },
    };
  },
});
