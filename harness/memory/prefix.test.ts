import { expect, test } from 'vitest';
import type { Fact } from '../session/event.ts';
import { createTokenCounter } from './count-tokens.ts';
import { hydrate } from './hydrate.ts';
import type { Memory } from './memory.ts';
import { type AskedContext, sharedPrefix } from './prefix.ts';

const counter = createTokenCounter((text) => text.length);
const principal = { id: 'cus_1', role: 'customer', tenant: 'shop' };
const said = (text: string): Fact => ({ type: 'message-received', text, principal, receivedAt: 0 });
const log = ['one', 'two', 'three', 'four'].map(said);

const asked = (told: readonly Fact[], memory?: Memory, instructions = 'desk'): AskedContext => {
  const window = hydrate(memory, told, counter);
  return { instructions, instructionTokens: 100, window, blocks: window.blocks.length };
};

test('a request that goes on from the one before shares all of that one', () => {
  const before = asked(log.slice(0, 3));
  expect(sharedPrefix(before, asked(log))).toBe(100 + before.window.tokens());
});

test('a request that parts from the one before shares what stands before the difference', () => {
  const other = [...log.slice(0, 2), said('else'), ...log.slice(3)];
  expect(sharedPrefix(asked(log), asked(other))).toBe(100 + asked(log.slice(0, 2)).window.tokens());
});

test('a summary leaves the instructions alone, another agent nothing', () => {
  const kept = {
    format: 1,
    commitments: [],
    unanswered: [],
    pruned: [],
    agent: 'a',
    at: 0,
  } as const;
  const memory: Memory = {
    version: 1,
    uptoSeq: 2,
    text: 'They counted.',
    kept: { ...kept, commitments: [], unanswered: [], pruned: [] },
  };
  expect(sharedPrefix(asked(log), asked(log.slice(2), memory))).toBe(100);
  expect(sharedPrefix(asked(log), asked(log, undefined, 'billing'))).toBe(0);
  expect(sharedPrefix(undefined, asked(log))).toBe(0);
});
