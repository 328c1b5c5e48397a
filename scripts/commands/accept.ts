import { type CommandResult, defineCommand } from '../cli/define-command.ts';
import { choice, requiredText, text, toggle } from '../cli/parameter.ts';
import { UsageError } from '../cli/usage-error.ts';

export const accept = defineCommand({
  name: 'accept',
  summary: 'Let one class of drift of a recording pass, with a reason and until a day.',
  arguments: { recording: requiredText('a recording file, or the scenario it is of') },
  options: {
    class: requiredText('what may differ, such as SYSTEM or TOOLS (docs/replaying.md)'),
    reason: text('why, for those who review it', 'text'),
    until: text('the last day on which it passes', 'YYYY-MM-DD'),
    level: choice({
      summary: 'warn shows every place, ignore only counts them',
      among: ['warn', 'ignore'],
      fallback: 'warn',
    }),
    remove: toggle('make the class an error again'),
  },
  run: async ({ recording, remove, ...order }): Promise<CommandResult> => {
    const [
      { acceptDrift, PolicyRefusedError, readAnyRecording, withdrawAcceptance },
      { recordingOf },
    ] = await Promise.all([import('#recordings'), import('../cli/find-story.ts')]);
    const file = await recordingOf(recording);
    const { header, exchanges } = await readAnyRecording(file);
    // What other tools kept is driven through a provider, which asks nothing that could drift.
    if (exchanges.some(({ t }) => t === 'openai' || t === 'semantic')) {
      const reason = `${header.name} (fidelity ${header.fidelity}) is replayed without policies`;
      throw new PolicyRefusedError(
        reason,
        'Sessions, calls of agents and their requests have them.',
      );
    }
    const { class: kind, reason, until, level } = order;
    if (remove) {
      const policy = await withdrawAcceptance(file, kind);
      return {
        exitCode: 0,
        text: `${header.name}: ${kind} is an error again (${policy})`,
        json: { recording: header.name, class: kind, level: 'error', policy },
      };
    }
    if (reason === undefined) throw new UsageError('--reason is missing.');
    if (until === undefined) throw new UsageError('--until is missing.');
    const today = new Date().toISOString().slice(0, 10);
    const policy = await acceptDrift(file, { class: kind, level, reason, until, today });
    return {
      exitCode: 0,
      text: `${header.name}: ${kind} is accepted until ${until} (${policy})`,
      json: { recording: header.name, class: kind, level, reason, until, policy },
    };
  },
});
