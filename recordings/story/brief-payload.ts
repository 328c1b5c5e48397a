import { hash } from 'node:crypto';
import type { Json } from '#harness';
import type { Story, StoryStep } from './story.ts';

/** Shorter ones are told as they are: ids, digests, signatures of a line or two. */
const leastCharacters = 512;
const digestCharacters = 12;
/** Bytes as text, of a file or of ciphertext, with or without what a data URL says before them: of all kinds of characters. */
const payload = /^(?:data:[^,]{0,200},)?(?=[^a-z]*[a-z])(?=[^A-Z]*[A-Z])(?=\D*\d)[\w+/=-]+$/;

/**
 * A story as people are told it: of a payload that nobody can read stands its length there, and its digest, by which two of them
 * are told apart. The recording holds it whole.
 */
export function withBriefPayloads(story: Story): Story {
  return { ...story, steps: story.steps.map(brieflyTold) };
}

function brieflyTold(step: StoryStep): StoryStep {
  switch (step.kind) {
    case 'model': {
      const { context, answer } = step;
      const { calls, others } = answer;
      return {
        ...step,
        ...(context && { context: { ...context, added: context.added.map(brief) } }),
        answer: {
          ...answer,
          calls: calls.map((call) => ({ ...call, input: brief(call.input) })),
          ...(others && { others: others.map(brief) }),
        },
      };
    }
    case 'tool': {
      const { input, outcome } = step;
      const told =
        outcome.kind === 'completed' ? { ...outcome, output: brief(outcome.output) } : outcome;
      return { ...step, input: brief(input), outcome: told };
    }
    case 'decision': {
      const { input, decision } = step;
      const told = { ...decision, input: brief(decision.input) };
      return { ...step, input: brief(input), decision: told };
    }
    case 'message':
    case 'clear':
    case 'steering':
    case 'clock':
    case 'dice':
      return step;
  }
}

function brief(value: Json): Json {
  if (typeof value === 'string') return isPayload(value) ? briefOf(value) : value;
  if (Array.isArray(value)) return value.map(brief);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([property, each]) => [property, brief(each)]),
  );
}

const isPayload = (text: string): boolean => text.length >= leastCharacters && payload.test(text);

function briefOf(text: string): string {
  return `(${text.length} characters, sha256 ${hash('sha256', text).slice(0, digestCharacters)}…)`;
}
