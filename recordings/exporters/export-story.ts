import type { Story } from '../story/story.ts';
import type { Exported } from './exported.ts';
import { exportOpenAiSse } from './openai-sse.ts';
import { exportOtel } from './otel.ts';

const exporters = { otel: exportOtel, 'openai-sse': exportOpenAiSse } as const satisfies Readonly<
  Record<string, (story: Story) => Exported>
>;

export type ExportFormat = keyof typeof exporters;

/** Says a recording in the form of another tool. `groundhog import` of the same name reads it back. */
export function exportStory(story: Story, format: ExportFormat): Exported {
  return exporters[format](story);
}
