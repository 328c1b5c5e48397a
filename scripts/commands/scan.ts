import { defineCommand } from '../cli/define-command.ts';
import { files } from '../cli/parameter.ts';

export const scan = defineCommand({
  name: 'scan',
  summary:
    'Look through recordings and other texts for keys, card numbers, and values of variables named as secrets are.',
  arguments: { paths: files('files, and directories with all that is below them') },
  options: {},
  run: async ({ paths }, io) => {
    const { scanFiles, secretsInEnvironment } = await import('#recordings');
    const known = secretsInEnvironment(io.environment);
    const report = await scanFiles({ paths, known, signal: io.signal });
    const lines = [
      ...report.found.map(
        ({ file, line, field = '', kind }) =>
          `${file}:${line} ${field === '' ? '' : `${field} `}holds ${kind}`,
      ),
      ...report.skipped.map(({ file, reason }) => `${file} skipped: ${reason}`),
      `${report.files} files, ${report.found.length} found, ${report.skipped.length} skipped`,
    ];
    const verdict = report.found.length === 0 ? 0 : 1;
    return {
      // Nothing looked at is no success.
      exitCode: report.files === 0 ? 2 : verdict,
      text: lines.join('\n'),
      json: { ...report },
    };
  },
});
