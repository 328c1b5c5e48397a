import { expect, test } from 'vitest';
import { headOf } from './hydrate.ts';

const shownOf = (callId: string, amount: string) =>
  headOf({
    text: 'A refund was asked for.',
    kept: {
      format: 1,
      commitments: [
        {
          kind: 'done',
          at: 0,
          tool: 'refund',
          callId,
          input: { callId: 'said' },
          output: { amount },
        },
      ],
      unanswered: [],
      pruned: [],
      agent: 'desk',
      at: 0,
    },
  });

test('what is remembered does not depend on the ids that a provider gave its calls', () => {
  expect(shownOf('call_1', '49.00')).toEqual(shownOf('call_09fa7c41d2e8b6', '49.00'));
  expect(shownOf('call_1', '49.00')).not.toEqual(shownOf('call_1', '98.00'));
  expect(JSON.stringify(shownOf('call_1', '49.00'))).toContain('said');
});
