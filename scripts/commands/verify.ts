import { defineCommand } from '../cli/define-command.ts';
import { requiredText } from '../cli/parameter.ts';

export const verify = defineCommand({
  name: 'verify',
  summary:
    'Check that recordings are whole and unedited, and that imported answers replay through the provider.',
  arguments: { directory: requiredText('where the recordings are, or one of them') },
  options: {},
  run: async ({ directory }) => {
    const { verifyDirectory } = await import('#recordings/importers');
    const report = await verifyDirectory(directory);
    const { recordings, ok, failed } = report;
    const lines = failed.map(({ file, reason }) => `${file}: ${reason}`);
    const verdict = failed.length === 0 ? 0 : 1;
    return {
      // Nothing to verify is no success.
      exitCode: recordings === 0 ? 2 : verdict,
      text: [
        ...lines,
        `${recordings} ${recordings === 1 ? 'recording' : 'recordings'}, ${ok} ok, ${failed.length} failed`,
      ].join('\n'),
      json: { ...report },
    };
  },
});
