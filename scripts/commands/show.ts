import { defineCommand } from '../cli/define-command.ts';
import { requiredText, toggle } from '../cli/parameter.ts';

export const show = defineCommand({
  name: 'show',
  summary: 'Tell a recording as prose: who said what, what was called and came of it, who decided.',
  arguments: { recording: requiredText('a recording file, or the scenario it is of') },
  options: {
    context: toggle('say of every model turn all that it read'),
    definitions: toggle('say prompts and tools in full'),
  },
  run: async ({ recording, context, definitions }, { paint }) => {
    const [{ findStory }, { tellProse }, { storyJson }] = await Promise.all([
      import('../cli/find-story.ts'),
      import('../render/story/tell-prose.ts'),
      import('../render/story/story-json.ts'),
    ]);
    const story = await findStory(recording);
    return {
      exitCode: 0,
      text: tellProse(story, { contexts: context, definitions, paint }),
      json: storyJson(story, { contexts: context }),
    };
  },
});
