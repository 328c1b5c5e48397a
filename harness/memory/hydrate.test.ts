import { expect, test } from 'vitest';
import { addressless } from '../safety/redaction/addressless.ts';
import type { Fact, Json } from '../session/event.ts';
import { createTokenCounter } from './count-tokens.ts';
import { headOf, hydrate } from './hydrate.ts';
import type { Commitment, Kept } from './memory.ts';
import { requestTokens, summaryRequest } from './summary-request.ts';

const principal = { id: 'cus_1', role: 'customer', tenant: 'shop' };
const kept: Kept = {
  format: 1,
  commitments: [],
  unanswered: [],
  pruned: [],
  agent: 'desk',
  at: 0,
};

const done = (output: Json, callId = 'call_1'): Commitment => ({
  kind: 'done',
  at: 0,
  tool: 'refund',
  callId,
  input: { callId: 'said' },
  output,
});

const shownOf = (callId: string, amount: string) =>
  headOf({
    text: 'A refund was asked for.',
    kept: { ...kept, commitments: [done({ amount }, callId)] },
  });

test('what is remembered does not depend on the ids that a provider gave its calls', () => {
  expect(shownOf('call_1', '49.00')).toEqual(shownOf('call_09fa7c41d2e8b6', '49.00'));
  expect(shownOf('call_1', '49.00')).not.toEqual(shownOf('call_1', '98.00'));
  expect(JSON.stringify(shownOf('call_1', '49.00'))).toContain('said');
});

const measured = (address: string) => {
  const counter = createTokenCounter((text) => text.length);
  const said = `Write to:\n${address} and tell ${'everybody '.repeat(30)}`;
  const told: Fact[] = [
    { type: 'message-received', text: said, principal, receivedAt: 0 },
    { type: 'tool-completed', callId: 'c', tool: 'look', output: { said: said.repeat(9) } },
  ];
  const window = hydrate(undefined, told, counter);
  const request = summaryRequest({
    summary: said,
    folded: window.blocks,
    summaryTokens: 100,
    room: 800,
  });
  const head = headOf({
    text: said,
    kept: { ...kept, commitments: [done({ said: said.repeat(3) })] },
  });
  return {
    window: window.tokens(),
    request: requestTokens(request, counter),
    cut: addressless(JSON.stringify(request)),
    head: addressless(JSON.stringify(head)),
  };
};

test('a session is as long with addresses as with what a recording has in their place', () => {
  expect(measured('ada.lovelace@customers.example')).toEqual(measured('[e-mail 1]'));
  expect(measured('ada.lovelace@customers.example')).not.toEqual(measured('nobody'));
});
