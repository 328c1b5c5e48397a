import type { Story } from '#recordings';
import { defineCommand } from '../cli/define-command.ts';
import { requiredText, text } from '../cli/parameter.ts';
import { UsageError } from '../cli/usage-error.ts';

export const diff = defineCommand({
  name: 'diff',
  summary:
    'Compare two recordings, or one with its committed version: what changed, and what came of it.',
  arguments: {
    before: requiredText('a recording file, or the scenario it is of'),
    after: text('what it became; without it the first is compared with what is committed', 'text'),
  },
  options: {
    against: text(
      'compare with the version of this git revision (HEAD without a second recording)',
      'rev',
    ),
  },
  run: async ({ before, after, against }, { paint }) => {
    if (after !== undefined && against !== undefined) {
      throw new UsageError('diff takes a second recording or --against, not both.');
    }
    const [{ compareStories, readStory }, { recordingOf }, { formatDifference }] =
      await Promise.all([
        import('#recordings/story'),
        import('../cli/find-story.ts'),
        import('../render/story/difference-report.ts'),
      ]);
    const file = await recordingOf(before);
    const stories =
      after === undefined
        ? ([await committedStory(file, against ?? 'HEAD'), await readStory(file)] as const)
        : ([await readStory(file), await readStory(await recordingOf(after))] as const);
    const difference = compareStories(...stories);
    return {
      exitCode: difference.equal ? 0 : 1,
      text: [...stories.flatMap(tornLines), formatDifference(difference, paint)].join('\n'),
      json: { before: stories[0].name, after: stories[1].name, ...difference },
    };
  },
});

/** What a file that stops before its end does not hold is no difference that anybody made. */
function tornLines({ name, tornAt }: Story): readonly string[] {
  return tornAt === undefined
    ? []
    : [`${name} is torn at line ${tornAt}, and only so much is compared`];
}

async function committedStory(file: string, revision: string) {
  const [{ parseStory }, { committedText }] = await Promise.all([
    import('#recordings/story'),
    import('../cli/committed-text.ts'),
  ]);
  return parseStory(await committedText(file, revision), `${revision}:${file}`);
}
