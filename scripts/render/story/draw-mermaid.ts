import type { Story, StoryStep } from '#recordings';
import { loopsOf, placeName } from '#recordings/story';

/** The trajectory as a Mermaid flowchart: turns, calls and decisions in order, sub-agents beside, loops in red. */
export function drawMermaid(story: Story): string {
  const shown = story.steps.filter(({ kind }) => kind !== 'clock' && kind !== 'dice');
  const edges = [...orderOf(story, shown), ...sendingOut(story)];
  const loops = loopsOf(story).map(
    ({ kind, from, to }) =>
      `s${from} -. ${kind === 'same-call' ? 'the same call again' : 'back again'} .-> s${to}`,
  );
  const looping = loops.map((_, index) => edges.length + index);
  return [
    'flowchart TD',
    ...[...shown.map(nodeOf), ...edges, ...loops].map((line) => `  ${line}`),
    ...(looping.length === 0 ? [] : [`  linkStyle ${looping.join(',')} stroke:#c00,color:#c00`]),
    '',
  ].join('\n');
}

/** A run goes from step to step; a sub-agent's steps follow each other. */
function orderOf({ lanes }: Story, shown: readonly StoryStep[]): readonly string[] {
  const laneOfStep = new Map(
    lanes.flatMap(({ lane, subAgent, steps }) =>
      steps.map((index) => [index, subAgent > 0 ? lane : ''] as const),
    ),
  );
  const latest = new Map<string, number>();
  return shown.flatMap(({ index }) => {
    const path = laneOfStep.get(index) ?? '';
    const before = latest.get(path);
    latest.set(path, index);
    return before === undefined ? [] : [`s${before} --> s${index}`];
  });
}

function sendingOut({ lanes }: Story): readonly string[] {
  return lanes.flatMap(({ parent, steps: [first] }) =>
    parent === undefined || first === undefined ? [] : [`s${parent} ==> s${first}`],
  );
}

function nodeOf(step: StoryStep): string {
  const { index, agent = 'model', place } = step;
  const label = (text: string): string => `"${escaped(text)}<br/>${escaped(placeName(place))}"`;
  switch (step.kind) {
    case 'model':
      return `s${index}[${label(agent)}]`;
    case 'tool':
      return `s${index}([${label(step.outcome.kind === 'completed' ? step.tool : `${step.tool}: ${step.outcome.kind}`)}])`;
    case 'decision':
      return `s${index}{{${label(`${step.tool} ${step.decision.verdict}`)}}}`;
    case 'message':
    case 'clear':
    case 'steering':
    case 'clock':
    case 'dice':
      return `s${index}>${label(step.kind)}]`;
  }
}

function escaped(text: string): string {
  return text.replaceAll(/[^\w .:/-]/g, (character) => `#${character.codePointAt(0)};`);
}
