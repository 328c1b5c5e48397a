import type { Charge, WorldSeed } from './business.ts';
import { articles, incidents, prices, subscriptions } from './larkspur-catalogue.ts';
import { goodsCharges, orders } from './larkspur-orders.ts';

const usd = { currency: 'USD', status: 'settled' } as const;

const amara: readonly Charge[] = [
  {
    ...usd,
    id: 'ch_A1',
    customerId: 'cus_1001',
    invoiceId: 'inv_A6',
    amountMinor: 4900,
    chargedAt: '2026-06-12T08:00:00Z',
    description: 'Larkspur Desk Pro, June 2026',
  },
  {
    ...usd,
    id: 'ch_A2',
    customerId: 'cus_1001',
    invoiceId: 'inv_A6',
    amountMinor: 4900,
    chargedAt: '2026-06-12T08:00:22Z',
    description: 'Larkspur Desk Pro, June 2026',
  },
  {
    ...usd,
    id: 'ch_A3',
    customerId: 'cus_1001',
    invoiceId: 'inv_A5',
    amountMinor: 1500,
    chargedAt: '2026-05-18T09:30:00Z',
    description: 'Extra seats',
  },
];

const noor: readonly Charge[] = ['00', '02', '04'].map((minute, index) => ({
  ...usd,
  id: `ch_N${index + 1}`,
  customerId: 'cus_1014',
  invoiceId: 'inv_N1',
  amountMinor: 1999,
  chargedAt: `2026-06-13T14:${minute}:00Z`,
  description: 'Larkspur Desk Basic, June 2026',
}));

const priya: readonly Charge[] = [
  {
    ...usd,
    id: 'ch_P1',
    customerId: 'cus_1016',
    invoiceId: 'inv_P1',
    amountMinor: 12000,
    chargedAt: '2026-06-14T11:00:00Z',
    description: 'Standing desk mat',
  },
  {
    ...usd,
    id: 'ch_P2',
    customerId: 'cus_1016',
    invoiceId: 'inv_P1',
    amountMinor: 12000,
    chargedAt: '2026-06-14T11:00:09Z',
    status: 'authorised',
    description: 'Standing desk mat',
  },
];

const yuki: Charge = {
  id: 'ch_Y1',
  customerId: 'cus_1004',
  invoiceId: 'inv_Y1',
  amountMinor: 12800,
  currency: 'JPY',
  chargedAt: '2026-06-08T02:15:00Z',
  status: 'settled',
  description: 'ord_4001: item a 4400, item b 8400',
};

const elif: Charge = {
  ...usd,
  id: 'ch_E1',
  customerId: 'cus_1005',
  invoiceId: 'inv_E1',
  amountMinor: 58_800,
  chargedAt: '2026-02-01T00:00:00Z',
  description: 'Larkspur Desk, one year from 2026-02-01',
};

const customer = (id: string, name: string, mailbox: string): WorldSeed['customers'][number] => ({
  id,
  name,
  email: `${mailbox}@customers.example`,
});

/** Larkspur Supply, a small shop with a subscription business, on the morning of 15 June 2026. */
export const larkspur: WorldSeed = {
  now: '2026-06-15T10:00:00Z',
  customers: [
    customer('cus_1001', 'Amara Okafor', 'amara.okafor'),
    customer('cus_1002', 'Bo Lindqvist', 'bo.lindqvist'),
    customer('cus_1004', 'Yuki Tanaka', 'yuki.tanaka'),
    customer('cus_1005', 'Elif Demir', 'elif.demir'),
    customer('cus_1007', 'Grace Kim', 'grace.kim'),
    customer('cus_1008', 'Hana Novak', 'hana.novak'),
    customer('cus_1012', 'Lena Fischer', 'lena.fischer'),
    customer('cus_1013', 'Mei Chen', 'mei.chen'),
    customer('cus_1014', 'Noor Aziz', 'noor.aziz'),
    customer('cus_1016', 'Priya Nair', 'priya.nair'),
    customer('cus_1018', 'Rosa Diaz', 'rosa.diaz'),
  ],
  charges: [...amara, yuki, elif, ...goodsCharges, ...noor, ...priya],
  orders: [...orders],
  refunds: [],
  claims: [],
  mails: [],
  escalations: [],
  subscriptions: [...subscriptions],
  incidents: [...incidents],
  articles: [...articles],
  prices,
};
