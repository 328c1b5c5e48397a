import type { Story } from '#recordings';
import { defineCommand } from '../cli/define-command.ts';
import { requiredText, text, toggle } from '../cli/parameter.ts';

export const view = defineCommand({
  name: 'view',
  summary: 'Make one page to look at a recording with, or at two side by side, in any browser.',
  arguments: { recording: requiredText('a recording file, or the scenario it is of') },
  options: {
    with: text('another recording, shown beside it', 'recording'),
    out: text('write the page here instead of .groundhog/views', 'file'),
    open: toggle('open it in the browser'),
  },
  run: async ({ recording, with: other, out, open }) => {
    const [{ viewStories }, { findStory }, { writePage }] = await Promise.all([
      import('#recordings'),
      import('../cli/find-story.ts'),
      import('../cli/write-page.ts'),
    ]);
    const story = await findStory(recording);
    const beside = other === undefined ? undefined : await findStory(other);
    const page = viewStories(story, {
      ...(beside === undefined ? {} : { other: beside }),
      effectOf: await readEffects([story, ...(beside === undefined ? [] : [beside])]),
    });
    return writePage(page, { out, open });
  },
});

/** Effect classes of tools, as the cards that were recorded declare them: a recording does not hold them. */
async function readEffects(
  stories: readonly Story[],
): Promise<(tool: string) => string | undefined> {
  const { scenarios } = await import('#scenarios');
  const names = new Set(stories.map(({ name }) => name));
  const effects = scenarios
    .filter(({ id }) => names.has(id))
    .flatMap(({ subject }) => subject.assemble({ worldUrl: 'http://world.invalid' }).agents)
    .flatMap(({ tools }) => tools.map(({ name, effect }): [string, string] => [name, effect]));
  const byTool = new Map(effects);
  return (tool) => byTool.get(tool);
}
