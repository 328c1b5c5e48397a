import { defineCommand } from '../cli/define-command.ts';
import { choice, requiredText, text } from '../cli/parameter.ts';
import { UsageError } from '../cli/usage-error.ts';
import { tellAnswers } from '../render/fork-report.ts';

export const rerecord = defineCommand({
  name: 'rerecord',
  summary: 'Make a recording anew from one place on; what comes before stays to the byte.',
  arguments: { recording: requiredText('a recording file, or the scenario it is of') },
  options: {
    from: text('the first step to make anew: a place such as 1/billing#2, or its number', 'place'),
    model: choice({
      summary: 'who answers from there on; whoever did before when left out',
      among: ['scripted', 'live'],
      fallback: undefined,
    }),
    out: text('write the recording here instead of over the old one', 'file'),
  },
  run: async ({ recording, from, model, out }, io) => {
    if (from === undefined) throw new UsageError('--from is missing.');
    const [{ rerecord: renew }, { readConfig }] = await Promise.all([
      import('#scenarios'),
      import('#harness'),
    ]);
    const report = await renew(recording, {
      from,
      ...(model === undefined ? {} : { model }),
      ...(out === undefined ? {} : { out }),
      config: readConfig(io.environment),
      progress: io.progress,
      signal: io.signal,
    });
    const { recording: name, file, made, answers, changed } = report;
    return {
      exitCode: 0,
      text: [
        `${name}, from ${report.from} on by ${made}: ${tellAnswers(answers)}`,
        changed ? 'It is another recording now, and replays to itself.' : 'Nothing changed.',
        file,
      ].join('\n'),
      json: { ...report },
    };
  },
});
