import { fatalTools } from '../mutants/effects/fatal-tools.ts';
import { unguardedRefund } from '../mutants/effects/unguarded-refund.ts';
import { playRefunds, refund } from './play-refunds.ts';
import type { Trial } from './trial.ts';

/** CD-12. The first refund is of a charge that is not this customer's, the second is in order. */
const refusal: Trial = {
  defect: fatalTools,
  play: async (stage) => {
    try {
      return await playRefunds(stage, fatalTools, {
        refunds: [refund({ chargeId: 'ch_N2' }), refund({ amountMinor: 100 })],
        card: { human: [] },
      });
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('CHARGE_NOT_FOUND'))) throw error;
      return [
        {
          invariant: 'I9',
          expected: 'the model is told of the refusal, and the run goes on',
          found: `the run ended with ${error.message}`,
          message: `What one tool refused ended the whole run: ${error.message}`,
        },
      ];
    }
  },
};

/** CD-13. A refund a hundred times the charge, then one of somebody else's charge. */
const excess: Trial = {
  defect: unguardedRefund,
  play: (stage) =>
    playRefunds(stage, unguardedRefund, {
      refunds: [
        refund({ amountMinor: 490_000 }),
        refund({ chargeId: 'ch_N2', amountMinor: 1999 }),
        refund({ amountMinor: -4900 }),
      ],
      card: { human: [] },
    }),
};

export const refundTrials: readonly Trial[] = [refusal, excess];
