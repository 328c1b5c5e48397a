import { expect, test } from 'vitest';
import { tellStory } from '#recordings';
import { quietIo } from '../cli/quiet-io.ts';
import { drawMermaid } from '../render/story/draw-mermaid.ts';
import { smallSession } from '../render/story/testing/small-session.ts';
import { exportRecording } from './export.ts';

test('a trajectory is a graph: turns, calls, decisions, who was sent out', () => {
  expect(drawMermaid(tellStory(smallSession()))).toMatchInlineSnapshot(`
    "flowchart TD
      s0>"message<br/>1#35;0"]
      s3["desk<br/>1/desk#35;0"]
      s4["scout<br/>1.1/scout#35;0"]
      s5(["getOrder<br/>1.1/scout#35;1"])
      s6["desk<br/>1/desk#35;1"]
      s7(["refund: approval-required<br/>1/desk#35;2"])
      s8{{"refund approved<br/>1/desk#35;3"}}
      s9(["refund: failed<br/>1/desk#35;4"])
      s10["desk<br/>1/desk#35;5"]
      s0 --> s3
      s4 --> s5
      s3 --> s6
      s6 --> s7
      s7 --> s8
      s8 --> s9
      s9 --> s10
      s3 ==> s4
    "
  `);
});

test('two agents that hand over to and fro are a loop, and so is a call that is made again', async () => {
  const { text } = await exportRecording.start({ recording: 'T-11', to: 'mermaid' }, quietIo);
  expect(text).toMatch(/^ {2}s\d+ -\. back again \.-> s\d+$/m);
  expect(text).toMatch(/^ {2}linkStyle [\d,]+ stroke:#c00,color:#c00$/m);
  const again = await exportRecording.start({ recording: 'S-07', to: 'mermaid' }, quietIo);
  expect(again.text).toMatch(/^ {2}s\d+ -\. the same call again \.-> s\d+$/m);
  const straight = await exportRecording.start({ recording: 'R-01', to: 'mermaid' }, quietIo);
  expect(straight.text).not.toContain('again');
});

test('as spans and as streams it is one text, with what that does not hold', async () => {
  for (const to of ['otel', 'openai-sse'] as const) {
    const { exitCode, text, json } = await exportRecording.start(
      { recording: 'R-07', to },
      quietIo,
    );
    expect(exitCode).toBe(0);
    expect(json).toEqual({ recording: 'R-07', to, text, losses: expect.any(Array) });
    expect(json['losses']).toContainEqual(expect.stringContaining('how long anything took'));
    expect(text).toMatch(
      to === 'otel' ? /^\{"resourceSpans":\[/ : /^data: \{"type":"response.created"/,
    );
  }
});

test('as Markdown the graph and the prose stand behind fences', async () => {
  const { text, json } = await exportRecording.start({ recording: 'R-07' }, quietIo);
  expect(text).toMatch(/^# R-07\n\n```mermaid\nflowchart TD\n[^`]*```\n\n```text\nR-07\n[^`]*```$/);
  expect(json).toEqual({ recording: 'R-07', to: 'markdown', text });
});
