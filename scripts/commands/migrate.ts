import { defineCommand } from '../cli/define-command.ts';
import { files, text, toggle } from '../cli/parameter.ts';

export const migrate = defineCommand({
  name: 'migrate',
  summary: 'Lift recordings of older versions of the format to this one, in place.',
  arguments: { files: files('recordings') },
  options: {
    out: text('write the lifted recordings there instead', 'dir'),
    check: toggle('write nothing; say what would be lifted, and end with 1 if anything would'),
    acceptEdits: toggle('lift recordings edited by hand, too: the edits will no longer show'),
  },
  run: async ({ files: paths, out, check, acceptEdits }) => {
    const { migrateFiles } = await import('#recordings');
    const report = await migrateFiles({ files: paths, out, check, acceptEdits });
    const { migrated, current, refused } = report;
    const lines = [
      ...migrated.map(({ file, from, to }) => {
        const where = to === file ? '' : ` -> ${to}`;
        return `${file}${where}: ${check ? 'would be lifted' : 'lifted'} from version ${from}`;
      }),
      ...current.map((file) => `${file}: current`),
      ...refused.map(({ file, code, reason }) => `${file}: refused, ${code}: ${reason}`),
    ];
    const isDone = refused.length === 0 && !(check && migrated.length > 0);
    return {
      exitCode: isDone ? 0 : 1,
      text: [
        ...lines,
        `${migrated.length} ${check ? 'to lift' : 'lifted'}, ${current.length} current, ${refused.length} refused`,
      ].join('\n'),
      json: { ...report },
    };
  },
});
