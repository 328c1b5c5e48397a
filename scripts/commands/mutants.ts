import { defineCommand } from '../cli/define-command.ts';
import { texts } from '../cli/parameter.ts';
import { exitCodeOf, renderMutantsReport } from '../render/mutants-report.ts';

export const mutants = defineCommand({
  name: 'mutants',
  summary: 'Switch each known defect on and see that the checks catch it, and only then.',
  arguments: { ids: texts('mutants, such as CD-1 CD-2; all when none is named') },
  options: {},
  run: async ({ ids }, io) => {
    const { trials, trialsNamed, tryMutants } = await import('#scenarios');
    const chosen = trialsNamed(ids, trials);
    const { results, ...report } = await tryMutants(chosen, {
      signal: io.signal,
      onResult: ({ id, verdict }) => io.progress(`${id}: ${verdict}`),
    });
    return {
      exitCode: exitCodeOf(report),
      text: renderMutantsReport(results, io.paint),
      json: { ...report, results },
    };
  },
});
