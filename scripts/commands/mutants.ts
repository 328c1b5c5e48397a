import { defineCommand } from '../cli/define-command.ts';
import { choice, texts } from '../cli/parameter.ts';
import { exitCodeOf, renderMutantsReport } from '../render/mutants-report.ts';

export const mutants = defineCommand({
  name: 'mutants',
  summary: 'Switch each known defect on and see that the checks catch it, and only then.',
  arguments: { ids: texts('mutants, such as CD-1 CD-2; all when none is named') },
  options: {
    without: choice({
      summary: 'an invariant that is not checked: what survives then is caught by nothing else',
      among: ['I1', 'I2', 'I3', 'I4', 'I5', 'I6', 'I7', 'I8', 'I9', 'I10', 'I11'],
      fallback: undefined,
    }),
  },
  run: async ({ ids, without }, io) => {
    const { trials, trialsNamed, tryMutants } = await import('#scenarios');
    const chosen = trialsNamed(ids, trials);
    const { results, ...report } = await tryMutants(chosen, {
      ...(without === undefined ? {} : { without }),
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
