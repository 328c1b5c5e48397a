import { defineCommand } from '../cli/define-command.ts';
import { choice, requiredText, text } from '../cli/parameter.ts';

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
  },
  run: async ({ scenario, out, model }, io) => {
    const [{ recordScenario }, { readConfig }] = await Promise.all([
      import('#scenarios'),
      import('#harness'),
    ]);
    const result = await recordScenario(scenario, {
      ...(out === undefined ? {} : { out }),
      model,
      config: readConfig(io.environment),
      signal: io.signal,
      progress: io.progress,
    });
    return {
      exitCode: 0,
      text: `${result.recording}: ${result.exchanges} exchanges, ${result.made}, replays to itself`,
      json: { ...result },
    };
  },
});
