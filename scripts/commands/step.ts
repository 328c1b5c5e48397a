import { defineCommand } from '../cli/define-command.ts';
import { requiredText } from '../cli/parameter.ts';
import { UsageError } from '../cli/usage-error.ts';

export const step = defineCommand({
  name: 'step',
  summary:
    'Step through a recording in the terminal: what a model read, said and had done, forward and back.',
  arguments: { recording: requiredText('a recording file, or the scenario it is of') },
  options: {},
  run: async ({ recording }, { signal }) => {
    const { stdin: input, stdout: output } = process;
    if (!input.isTTY || !output.isTTY) {
      throw new UsageError(
        `step needs a terminal to be looked at in; npx groundhog show ${recording} prints the same.`,
      );
    }
    const [{ findViewed }, { runStepper }] = await Promise.all([
      import('../cli/find-viewed.ts'),
      import('../step/run-stepper.ts'),
    ]);
    const viewed = await findViewed(recording, signal);
    const { story } = viewed;
    await runStepper(viewed, { input, output }, signal);
    signal.throwIfAborted();
    return {
      exitCode: 0,
      text: `${story.name}: ${story.steps.length} steps`,
      json: { recording: story.name, steps: story.steps.length },
    };
  },
});
