import { expect, test } from 'vitest';
import type { FeedItem, SessionEvent } from '#harness';
import { createNarrator } from './narrate.ts';
import { plain } from './paint.ts';

const place = { sessionId: 'session', runId: 'run', step: 'model#1', ordinal: 0 };

function event(fact: SessionEvent['fact']): FeedItem {
  return { kind: 'event', event: { ...place, seq: 1, storedAt: 0, fact } };
}

function delta(text: string): FeedItem {
  return { kind: 'text-delta', delta: { ...place, attempt: 1, text } };
}

test('text streams and everything else has a line of its own', () => {
  const narrate = createNarrator(plain);
  const told = [
    event({
      type: 'message-received',
      text: 'I was charged twice.',
      principal: { id: 'ada', role: 'customer', tenant: 'shop' },
      receivedAt: 0,
    }),
    event({ type: 'run-started', agent: 'triage', traceId: 'trace' }),
    delta('Let me '),
    delta('look.'),
    event({ type: 'handed-off', from: 'triage', to: 'billing', reason: 'it is about money' }),
    event({
      type: 'tool-requested',
      agent: 'billing',
      callId: 'call',
      tool: 'getCharges',
      input: { invoice: 'in_1' },
    }),
    event({ type: 'tool-completed', callId: 'call', tool: 'getCharges', output: 'x'.repeat(200) }),
    event({
      type: 'tool-failed',
      callId: 'call',
      tool: 'issueRefund',
      error: { code: 'REFUSED', message: 'too much' },
    }),
    delta('Done.\n'),
    event({ type: 'run-completed', agent: 'billing', text: 'Done.' }),
    event({ type: 'run-failed', agent: 'billing', error: { code: 'LOST', message: 'gone' } }),
  ];
  expect(`\n${told.map(narrate).join('')}`).toBe(`
ada: I was charged twice.
Let me look.
  triage hands over to billing: it is about money
  -> getCharges {"invoice":"in_1"}
  <- getCharges "${'x'.repeat(96)}...
  <- issueRefund failed: too much
Done.
  billing is done
billing failed: gone
`);
});
