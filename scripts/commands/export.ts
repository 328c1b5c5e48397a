import { defineCommand } from '../cli/define-command.ts';
import { choice, requiredText } from '../cli/parameter.ts';

export const exportRecording = defineCommand({
  name: 'export',
  summary:
    'Print a recording for elsewhere: as a graph, as prose, as spans of OpenTelemetry, or its answers as OpenAI streams them.',
  arguments: { recording: requiredText('a recording file, or the scenario it is of') },
  options: {
    to: choice({
      summary: 'what to print',
      among: ['markdown', 'mermaid', 'otel', 'openai-sse'],
      fallback: 'markdown',
    }),
  },
  run: async ({ recording, to }, { progress }) => {
    const { findStory } = await import('../cli/find-story.ts');
    if (to === 'otel' || to === 'openai-sse') {
      const [story, { exportStory }] = await Promise.all([
        findStory(recording, { payloads: 'whole' }),
        import('#recordings'),
      ]);
      const { text, losses } = exportStory(story, to);
      for (const loss of losses) progress(`lost: ${loss}`);
      return { exitCode: 0, text, json: { recording: story.name, to, text, losses } };
    }
    const [{ drawMermaid }, { tellProse }, { plain }] = await Promise.all([
      import('../render/story/draw-mermaid.ts'),
      import('../render/story/tell-prose.ts'),
      import('../render/paint.ts'),
    ]);
    const story = await findStory(recording);
    const graph = drawMermaid(story);
    const prose = (): string =>
      tellProse(story, { contexts: false, definitions: false, paint: plain });
    const text =
      to === 'mermaid'
        ? graph
        : [`# ${story.name}`, fenced('mermaid', graph), fenced('text', prose())].join('\n\n');
    return { exitCode: 0, text, json: { recording: story.name, to, text } };
  },
});

/** Behind a fence that the text itself does not hold. */
function fenced(language: string, text: string): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text.trimEnd()}\n${fence}`;
}
