import { defineCommand } from '../cli/define-command.ts';
import { files, requiredText, text } from '../cli/parameter.ts';
import { UsageError } from '../cli/usage-error.ts';

export const importRecordings = defineCommand({
  name: 'import',
  summary: 'Make recordings of what other tools recorded, and say what could not be taken over.',
  arguments: {
    format: requiredText('vcr, openai-sse, har, devtools or otel'),
    files: files('what to import: files, directories, or - for standard input'),
  },
  options: { out: text('directory to write to (required)', 'dir') },
  run: async ({ format, files: paths, out }, io) => {
    if (out === undefined) throw new UsageError('--out is missing.');
    const { importFiles, importFormats } = await import('#recordings/importers');
    const known = importFormats.find((each) => each === format);
    if (known === undefined) {
      throw new UsageError(`format takes ${importFormats.join(', ')}, not "${format}".`);
    }
    const report = await importFiles({ format: known, files: paths, out, signal: io.signal });
    const lines = [
      ...report.recordings.map(
        ({ file, recording, fidelity, exchanges, losses }) =>
          `${file} -> ${recording}: ${exchanges} exchanges, fidelity ${fidelity}; lost: ${losses.join('; ')}`,
      ),
      ...report.skipped.map(({ file, line, reason }) => `${file}:${line} skipped: ${reason}`),
      `${report.imported} imported, ${report.skipped.length} skipped`,
    ];
    return { exitCode: 0, text: lines.join('\n'), json: { ...report } };
  },
});
