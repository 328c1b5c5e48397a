import type { ModelStep, Story } from '#recordings';
import { contextChangeOf, contextOf } from '#recordings/story';
import { showMessage } from './show-message.ts';
import { counted } from './show-step.ts';
import { indented, inlineValue } from './show-value.ts';

/** All that a model turn read. Messages with `=` were in the turn before as well; what has `+` or `-` is new or gone. */
export function contextLines(step: ModelStep, story: Story): readonly string[] {
  const context = contextOf(story, step);
  if (context === undefined) return ['what it read was not kept'];
  const { kept = 0, dropped = 0 } = step.context ?? {};
  const change = contextChangeOf(story, step);
  const settings = Object.entries(context.settings);
  return [
    'it read:',
    ...indented([
      `prompts: ${context.system.map(({ id }) => id).join(', ') || 'none'}`,
      `tools: ${context.tools.map(({ id }) => id.replace(/^tool:/, '')).join(', ') || 'none'}`,
      ...settings.map(([name, value]) => `${name}: ${inlineValue(value)}`),
      ...(change?.system.removed ?? []).map((id) => `- ${id}`),
      ...(dropped === 0 ? [] : [`- ${counted(dropped, 'message')} of the turn before`]),
      ...context.messages.flatMap((message, index) => {
        const [first = '', ...rest] = showMessage(message);
        return [`${index < kept ? '=' : '+'} ${first}`, ...indented(rest)];
      }),
    ]),
  ];
}
