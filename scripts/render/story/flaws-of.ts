import type { Story } from '#recordings';
import { placeName } from '#recordings/story';

/** The header is line 1. */
const firstDefinitionLine = 2;

/** What is wrong with the file that a story was read from, in sentences. */
export function flawsOf(story: Story): readonly string[] {
  const { editedLines, tornAt } = story;
  return [
    ...(tornAt === undefined
      ? []
      : [`torn at line ${tornAt}: it stops before its end, and this is what there is`]),
    ...editedLines.map(
      (line) => `edited after it was written: line ${line}, ${holderOf(story, line)}`,
    ),
  ];
}

function holderOf({ definitions, steps, imported }: Story, line: number): string {
  const step = steps.find((each) => each.line === line);
  if (step !== undefined) return `${step.kind} at ${placeName(step.place)}`;
  const definition = imported === undefined ? definitions[line - firstDefinitionLine] : undefined;
  return definition?.id ?? (line === 1 ? 'the header' : 'the events or the end');
}
