import { expect, test } from 'vitest';
import { tellStory } from '#recordings';
import { plain } from '../paint.ts';
import { tellProse } from './tell-prose.ts';
import { smallSession } from './testing/small-session.ts';

const brief = { contexts: false, definitions: false, paint: plain };

test('a session reads as who said what, what was called and came of it, who decided, what failed', () => {
  expect(tellProse(tellStory(smallSession()), brief)).toMatchInlineSnapshot(`
    "tea
    scripted by scripted tea: 4 model turns, 3 tool calls, 1 decision, 300 (64 cached) + 21 tokens

    Run 1, at 2026-06-15T10:00:00.000Z (dice c0ffee)
    ada (customer):
      Where is my tea?
      Order A-17.

    desk [1/desk#0, 1 message, 100 + 7 tokens]
      { ask: "scout" }

      desk sends out scout (1.1)
      scout [1.1/scout#0, 1 message, 100 + 7 tokens]
        getOrder { order: "A-17" }
          -> { total: 42.5, state: "lost" }

    desk [1/desk#1, 2 messages, 100 (64 cached) + 7 tokens]
      I pay it back.
      refund { order: "A-17", total: 42.5 }
        -> waits for lead: more than 40
      refund is approved by lee: Only what was paid.
        with { order: "A-17", total: 40 }
      refund { order: "A-17", total: 40 }
        -> failed, BANK_CLOSED: Come back tomorrow.

    desk [1/desk#5, 1 message]
      failed, MODEL_OVERLOADED: Too many asked.

    Prompts
      desk dddddddd
      scout eeeeeeee

    Tools
      getOrder ffffffff
      refund ffffffff"
  `);
});

test('with contexts every turn says all that it read, what was there before and what is gone', () => {
  const [, refunding = ''] = tellProse(tellStory(smallSession()), {
    ...brief,
    contexts: true,
  }).split('desk [1/desk#1');
  expect(refunding).toMatchInlineSnapshot(`
    ", 2 messages, 100 (64 cached) + 7 tokens]
      it read:
        prompts: prompt:desk
        tools: refund
        = user:
            Where is my tea?
            Order A-17.
        + user: It was lost.
      I pay it back.
      refund { order: "A-17", total: 42.5 }
        -> waits for lead: more than 40
      refund is approved by lee: Only what was paid.
        with { order: "A-17", total: 40 }
      refund { order: "A-17", total: 40 }
        -> failed, BANK_CLOSED: Come back tomorrow.

    desk [1/desk#5, 1 message]
      it read:
        prompts: prompt:desk
        tools: none
        temperature: 0
        - 2 messages of the turn before
        + user: Summed up: the bank was closed.
      failed, MODEL_OVERLOADED: Too many asked.

    Prompts
      desk dddddddd
      scout eeeeeeee

    Tools
      getOrder ffffffff
      refund ffffffff"
  `);
});

test('with definitions prompts and tools are said in full', () => {
  const [, definitions = ''] = tellProse(tellStory(smallSession()), {
    ...brief,
    definitions: true,
  }).split('Prompts\n');
  expect(definitions).toMatchInlineSnapshot(`
    "  desk dddddddd
        You sell tea.
        You never refund more than was paid.
      scout eeeeeeee
        You look up.

    Tools
      getOrder ffffffff
        Reads an order.
        { inputSchema: { type: "object" } }
      refund ffffffff
        Pays back.
        { inputSchema: { type: "object" } }"
  `);
});

test('an edited file says which lines were edited, and what they hold', () => {
  const edited = { ...smallSession(), editedLines: [2, 11] };
  expect(tellProse(tellStory(edited), brief).split('\n').slice(2, 4)).toEqual([
    'edited after it was written: line 2, prompt:desk',
    'edited after it was written: line 11, tool at 1.1/scout#1',
  ]);
});
