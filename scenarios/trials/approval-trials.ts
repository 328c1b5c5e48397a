import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Host, systemHost } from '#harness';
import { larkspur } from '../desk/world/larkspur.ts';
import { fifoApprovals } from '../mutants/approvals/fifo-approvals.ts';
import { forgottenRejections } from '../mutants/approvals/forgotten-rejections.ts';
import { silenceIsNo } from '../mutants/approvals/silence-is-no.ts';
import { decision, playRefunds, refund } from './play-refunds.ts';
import type { Trial } from './trial.ts';

/** CD-2. A yes is given twice; the next refund is another one, and the person says no to it. */
const doubleClick: Trial = {
  defect: fifoApprovals,
  play: (stage) =>
    playRefunds(stage, fifoApprovals, {
      refunds: [refund(), refund({ chargeId: 'ch_H2' })],
      card: {
        world: twoParcels,
        human: [decision({ clicks: 2 }), decision({ verdict: 'reject' })],
      },
    }),
};

const twoParcels = {
  ...larkspur,
  charges: larkspur.charges.flatMap((each) =>
    each.id === 'ch_H1' ? [each, { ...each, id: 'ch_H2', invoiceId: 'inv_H2' }] : [each],
  ),
  orders: larkspur.orders.flatMap((each) => [each, { ...each, id: 'ord_8002', chargeId: 'ch_H2' }]),
};

/** CD-16. A refund is rejected, the model insists in other words, and whoever is asked then says yes. */
const insistence: Trial = {
  defect: forgottenRejections,
  play: (stage) =>
    playRefunds(stage, forgottenRejections, {
      refunds: [refund(), refund({ reason: 'The parcel never arrived.' })],
      card: { human: [decision({ verdict: 'reject' }), decision()] },
    }),
};

/** CD-17. Nobody answers in time; asked again, a person says yes. */
const silence: Trial = {
  defect: silenceIsNo,
  play: (stage) =>
    playRefunds(stage, silenceIsNo, {
      refunds: [refund(), refund()],
      card: { human: [decision({ afterMs: 100 * 60 * 60 * 1000 }), decision()] },
      host: hourlyHost(),
    }),
};

/** By this clock whoever waits waits an hour. */
function hourlyHost(): Host {
  const host = systemHost();
  let now = 0;
  const sleep = async (): Promise<void> => {
    now += 60 * 60 * 1000;
    await nextTurn();
  };
  return { ...host, clock: { ...host.clock, now: () => now, sleep } };
}

export const approvalTrials: readonly Trial[] = [doubleClick, insistence, silence];
