import type { Story } from '#recordings';
import { contextOf, tallyStory } from '#recordings/story';

/** A story for programs. Contexts are as long as the square of the session, so only who asks for them gets them. */
export function storyJson(
  story: Story,
  { contexts }: { readonly contexts: boolean },
): Readonly<Record<string, unknown>> {
  return {
    ...story,
    tally: tallyStory(story),
    steps: story.steps.map((step) =>
      contexts && step.kind === 'model'
        ? { ...step, messages: contextOf(story, step)?.messages }
        : step,
    ),
  };
}
