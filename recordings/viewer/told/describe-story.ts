import { redactionPlaceholder } from '#harness';
import type { Story } from '../../story/story.ts';
import { tallyStory } from '../../story/tally-story.ts';
import type { StoryTiming } from '../../timing/read-timed-story.ts';
import type { Made, Notice, Side } from '../view.ts';

/** What is to be known of a recording before any of its steps is looked at. */
export function describeStory(
  story: Story,
  timing: StoryTiming | undefined,
): Pick<Side, 'name' | 'made' | 'facts' | 'notices'> {
  return {
    name: story.name,
    made: madeOf(story.made),
    facts: factsOf(story),
    notices: [...noticesOf(story), ...timingNotices(timing)],
  };
}

function madeOf(made: string): Made {
  const [how = '', ...rest] = made.split(':');
  const by = rest.join(':');
  if (how === 'live') {
    return { kind: 'live', label: `live: ${by}`, says: `The answers are those that ${by} gave.` };
  }
  if (how === 'captured') {
    return {
      kind: 'captured',
      label: `captured: ${by}`,
      says: `Nobody recorded it: it was made of what a database had kept of the session. Who answered called itself ${by}.`,
    };
  }
  if (how === 'imported') {
    return {
      kind: 'imported',
      label: `imported: ${by}`,
      says: `Another tool recorded it (${by}); it holds what that tool had kept.`,
    };
  }
  return {
    kind: 'scripted',
    label: 'scripted',
    says: 'Scripted: a playbook stood in for the model. No model said what is shown as its answers.',
  };
}

function factsOf(story: Story): Side['facts'] {
  const { model, imported } = story;
  const { modelTurns, toolCalls, decisions, inputTokens, outputTokens } = tallyStory(story);
  const counts = {
    'model turns': modelTurns,
    'tool calls': toolCalls,
    decisions,
    'tokens in': inputTokens,
    'tokens out': outputTokens,
  };
  return [
    ...(model === undefined ? [] : [['model', model.modelId] as const]),
    ...(imported === undefined ? [] : [['fidelity', imported.fidelity] as const]),
    ...(imported === undefined || imported.source === ''
      ? []
      : [['from', imported.source] as const]),
    ...Object.entries(counts).flatMap(([label, count]) =>
      count === 0 ? [] : [[label, count.toLocaleString('en')] as const],
    ),
  ];
}

function noticesOf(story: Story): readonly Notice[] {
  const { editedLines, imported, forkedFrom, tornAt } = story;
  const taken = placeholdersIn(story);
  const notices: Notice[] = [];
  if (forkedFrom !== undefined) {
    const { name, made, at } = forkedFrom;
    notices.push({
      level: 'note',
      text: `Forked from ${name} (${made}) at ${at}: what stands before is of that recording.`,
    });
  }
  if (tornAt !== undefined) {
    notices.push({
      level: 'warning',
      text: `Torn at line ${tornAt}: the file stops before its end, and this is what there is.`,
    });
  }
  if (taken.length > 0) {
    const names = taken.length > 6 ? `${taken.slice(0, 6).join(' ')} …` : taken.join(' ');
    notices.push({
      level: 'note',
      text: `Redacted: what a person could be known by was taken out when it was recorded, and ${names} ${taken.length === 1 ? 'stands' : 'stand'} for it.`,
    });
  }
  if (editedLines.length > 0) {
    const lines = editedLines.length === 1 ? 'Line' : 'Lines';
    notices.push({
      level: 'warning',
      text: `${lines} ${editedLines.join(', ')} of the file ${editedLines.length === 1 ? 'was' : 'were'} changed after it was recorded.`,
    });
  }
  const missing = imported?.losses ?? story.losses ?? [];
  if (missing.length > 0) {
    notices.push({ level: 'warning', text: `Not in it: ${missing.join('; ')}` });
  }
  return notices;
}

function timingNotices(timing: StoryTiming | undefined): readonly Notice[] {
  if (timing?.kind !== 'stale') return [];
  const text =
    'What stands beside it as its timing was measured of other bytes than these, and is not shown.';
  return [{ level: 'warning', text }];
}

function placeholdersIn(story: Story): readonly string[] {
  return [...new Set(JSON.stringify(story.steps).match(redactionPlaceholder))].toSorted();
}
