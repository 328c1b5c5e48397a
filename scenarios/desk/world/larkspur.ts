import type { Charge, Order, WorldSeed } from './business.ts';

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

const hana: Charge = {
  ...usd,
  id: 'ch_H1',
  customerId: 'cus_1008',
  invoiceId: 'inv_H1',
  amountMinor: 6450,
  chargedAt: '2026-06-01T15:20:00Z',
  description: 'ord_8001: bookends 57.00, shipping 7.50',
};

const hanasOrder: Order = {
  id: 'ord_8001',
  customerId: 'cus_1008',
  chargeId: 'ch_H1',
  goodsMinor: 5700,
  shippingMinor: 750,
  currency: 'USD',
  parcel: 'lost',
  trackingNumber: 'LK-8001-77',
};

/** Larkspur Supply, a small shop with a subscription business, on the morning of 15 June 2026. */
export const larkspur: WorldSeed = {
  now: '2026-06-15T10:00:00Z',
  customers: [
    { id: 'cus_1001', name: 'Amara Okafor', email: 'amara.okafor@customers.example' },
    { id: 'cus_1004', name: 'Yuki Tanaka', email: 'yuki.tanaka@customers.example' },
    { id: 'cus_1008', name: 'Hana Novak', email: 'hana.novak@customers.example' },
    { id: 'cus_1014', name: 'Noor Aziz', email: 'noor.aziz@customers.example' },
    { id: 'cus_1016', name: 'Priya Nair', email: 'priya.nair@customers.example' },
  ],
  charges: [...amara, yuki, hana, ...noor, ...priya],
  orders: [hanasOrder],
  refunds: [],
  claims: [],
  mails: [],
};
