import type { Story } from './story.ts';

/** What a session came to, in numbers. */
export interface StoryTally {
  readonly steps: number;
  readonly modelTurns: number;
  readonly toolCalls: number;
  readonly decisions: number;
  readonly inputTokens: number;
  /** Part of `inputTokens`. */
  readonly cachedTokens: number;
  readonly outputTokens: number;
}

export function tallyStory({ steps }: Story): StoryTally {
  const turns = steps.filter((step) => step.kind === 'model');
  const sum = (name: 'input' | 'cached' | 'output'): number =>
    turns.reduce((total, { answer }) => total + (answer.tokens[name] ?? 0), 0);
  const count = (kind: 'tool' | 'decision'): number =>
    steps.filter((step) => step.kind === kind).length;
  return {
    steps: steps.length,
    modelTurns: turns.length,
    toolCalls: count('tool'),
    decisions: count('decision'),
    inputTokens: sum('input'),
    cachedTokens: sum('cached'),
    outputTokens: sum('output'),
  };
}
