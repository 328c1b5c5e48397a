import { defineCommand } from '../cli/define-command.ts';
import { choice, requiredText, text, toggle } from '../cli/parameter.ts';

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
    timing: toggle('write beside it how long each call took and when its pieces came'),
  },
  run: async ({ scenario, out, model, timing }, io) => {
    const [{ recordScenario }, { readConfig }] = await Promise.all([
      import('#scenarios'),
      import('#harness'),
    ]);
    const result = await recordScenario(scenario, {
      ...(out === undefined ? {} : { out }),
      model,
      timing,
      config: readConfig(io.environment),
      signal: io.signal,
      progress: io.progress,
    });
    const measured = result.timing === undefined ? '' : `\n${result.timing}: what was measured`;
    return {
      exitCode: 0,
      text: `${result.recording}: ${result.exchanges} exchanges, ${result.made}, replays to itself${measured}`,
      json: { ...result },
    };
  },
});
