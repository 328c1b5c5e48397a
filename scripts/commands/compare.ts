import { defineCommand } from '../cli/define-command.ts';
import { choice, count } from '../cli/parameter.ts';

export const compare = defineCommand({
  name: 'compare',
  summary: 'Do the same tasks by one agent alone and under a supervisor, side by side.',
  arguments: {},
  options: {
    tasks: count('only the first so many of the twenty', 20),
    model: choice({ summary: 'who answers', among: ['scripted', 'live'], fallback: 'scripted' }),
  },
  run: async ({ tasks, model }, io) => {
    const [{ compareWays, formatComparison }, { readConfig }] = await Promise.all([
      import('#evals'),
      import('#harness'),
    ]);
    const report = await compareWays({
      tasks,
      model,
      config: readConfig(io.environment),
      signal: io.signal,
      progress: io.progress,
    });
    const isSame = report.equal === report.tasks && report.done === report.tasks;
    return { exitCode: isSame ? 0 : 1, text: formatComparison(report), json: { ...report } };
  },
});
