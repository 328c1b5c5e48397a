import type { Route } from '#harness';

/** What a message for billing says, in the languages that customers write in. Everything else is triage's. */
export const deskRoutes: readonly Route[] = [
  {
    agent: 'billing',
    weights: { refund: 3, charged: 2, invoice: 2, money: 2, cobr: 3, devol: 2, reembols: 3 },
  },
];
