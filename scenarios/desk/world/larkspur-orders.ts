import type { Charge, Order } from './business.ts';

// Goods that customers have bought, with what they paid for them.

const usd = { currency: 'USD', status: 'settled' } as const;

export const goodsCharges: readonly Charge[] = [
  {
    ...usd,
    id: 'ch_B0',
    customerId: 'cus_1002',
    invoiceId: 'inv_B0',
    amountMinor: 3900,
    chargedAt: '2026-04-17T10:00:00Z',
    description: 'ord_2000: lamp',
  },
  {
    ...usd,
    id: 'ch_B1',
    customerId: 'cus_1002',
    invoiceId: 'inv_B1',
    amountMinor: 14_866,
    chargedAt: '2026-05-31T10:00:00Z',
    description: 'ord_2001: headphones 129.99, tax 10.72, shipping 7.95',
  },
  {
    ...usd,
    id: 'ch_B2',
    customerId: 'cus_1002',
    invoiceId: 'inv_B2',
    amountMinor: 1406,
    chargedAt: '2026-06-07T10:00:00Z',
    description: 'ord_2002: cable 12.99, tax 1.07',
  },
  {
    ...usd,
    id: 'ch_H1',
    customerId: 'cus_1008',
    invoiceId: 'inv_H1',
    amountMinor: 6450,
    chargedAt: '2026-06-01T15:20:00Z',
    description: 'ord_8001: bookends 57.00, shipping 7.50',
  },
];

const delivered = { currency: 'USD', parcel: 'delivered' } as const;

export const orders: readonly Order[] = [
  {
    ...delivered,
    id: 'ord_2000',
    customerId: 'cus_1002',
    chargeId: 'ch_B0',
    goods: 'lamp',
    goodsMinor: 3900,
    taxMinor: 0,
    shippingMinor: 0,
    trackingNumber: 'LK-2000-31',
    deliveredAt: '2026-04-20T12:00:00Z',
    opened: false,
  },
  {
    ...delivered,
    id: 'ord_2001',
    customerId: 'cus_1002',
    chargeId: 'ch_B1',
    goods: 'headphones',
    goodsMinor: 12_999,
    taxMinor: 1072,
    shippingMinor: 795,
    trackingNumber: 'LK-2001-08',
    deliveredAt: '2026-06-03T12:00:00Z',
    opened: true,
  },
  {
    ...delivered,
    id: 'ord_2002',
    customerId: 'cus_1002',
    chargeId: 'ch_B2',
    goods: 'cable',
    goodsMinor: 1299,
    taxMinor: 107,
    shippingMinor: 0,
    trackingNumber: 'LK-2002-54',
    deliveredAt: '2026-06-10T12:00:00Z',
    opened: false,
  },
  {
    id: 'ord_8001',
    customerId: 'cus_1008',
    chargeId: 'ch_H1',
    goods: 'bookends',
    goodsMinor: 5700,
    taxMinor: 0,
    shippingMinor: 750,
    currency: 'USD',
    parcel: 'lost',
    trackingNumber: 'LK-8001-77',
    deliveredAt: null,
    opened: false,
  },
];
