import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RetryableToolError, ToolRefusal } from '#harness';
import type { MailRequest, RefundRequest } from './business.ts';
import { larkspur } from './larkspur.ts';
import { worldClient } from './world-client.ts';
import { startWorldServer, type World, type WorldServer } from './world-server.ts';

let server: WorldServer;
beforeAll(async () => {
  server = await startWorldServer();
});
afterAll(() => server.close());

const newWorld = (): World => server.createWorld(larkspur);

const refund: RefundRequest = {
  chargeId: 'ch_A2',
  amountMinor: 4900,
  currency: 'USD',
  reason: 'charged twice',
  reference: 's/1/issueRefund#1',
};
const mail: MailRequest = {
  customerId: 'cus_1001',
  subject: 'Your charge',
  body: 'It was for seats.',
  reference: 's/1/sendReply#1',
};

const outcomes = (world: World) =>
  world
    .ledger()
    .map(({ seq, kind, key, outcome, effectId }) => [seq, kind, key, outcome, effectId]);

test('a refund under one key is paid once, however often it is asked for', async () => {
  const world = newWorld();
  const client = worldClient(world.url);
  const receipt = await client.payRefund(refund, 'key-1');
  expect(receipt).toEqual({ id: 're_1', ...refund, paidAt: '2026-06-15T10:00:00Z' });
  expect(await client.payRefund(refund, 'key-1')).toEqual(receipt);
  expect(world.snapshot().refunds).toEqual([receipt]);
  expect(outcomes(world)).toEqual([
    [1, 'refund', 'key-1', 'accepted', 're_1'],
    [2, 'refund', 'key-1', 'repeated', 're_1'],
  ]);
});

test('requests under one key that arrive at the same time have one effect', async () => {
  const world = newWorld();
  const client = worldClient(world.url);
  const receipts = await Promise.all(
    Array.from({ length: 20 }, () => client.payRefund(refund, 'key-1')),
  );
  expect(new Set(receipts.map(({ id }) => id))).toEqual(new Set(['re_1']));
  expect(world.snapshot().refunds).toHaveLength(1);
  expect(world.ledger()).toHaveLength(20);
});

test('a key used for other arguments is refused, whatever kind of effect they ask for', async () => {
  const world = newWorld();
  const client = worldClient(world.url);
  await client.payRefund(refund, 'key-1');
  await expect(client.payRefund({ ...refund, amountMinor: 100 }, 'key-1')).rejects.toMatchObject({
    code: 'IDEMPOTENCY_KEY_REUSED',
  });
  await expect(client.sendMail(mail, 'key-1')).rejects.toBeInstanceOf(ToolRefusal);
  expect(outcomes(world).map(([, kind, , outcome]) => [kind, outcome])).toEqual([
    ['refund', 'accepted'],
    ['refund', 'refused'],
    ['mail', 'refused'],
  ]);
  expect(world.snapshot().mails).toEqual([]);
});

test('without a key each request has an effect of its own, beyond the charge if it says so', async () => {
  const world = newWorld();
  const client = worldClient(world.url);
  await client.payRefund(refund, null);
  await client.payRefund(refund, null);
  expect(world.snapshot().refunds.map(({ id, amountMinor }) => [id, amountMinor])).toEqual([
    ['re_1', 4900],
    ['re_2', 4900],
  ]);
  expect(outcomes(world)).toEqual([
    [1, 'refund', null, 'accepted', 're_1'],
    [2, 'refund', null, 'accepted', 're_2'],
  ]);
});

test('a mail goes to the address the world has, and is kept', async () => {
  const world = newWorld();
  const client = worldClient(world.url);
  await client.sendMail(mail, 'key-1');
  const kept = await client.mails('cus_1001');
  expect(kept).toEqual([
    {
      id: 'mail_1',
      to: 'amara.okafor@customers.example',
      ...mail,
      sentAt: '2026-06-15T10:00:00Z',
    },
  ]);
  expect(world.snapshot().mails).toEqual(kept);
  expect(await client.mails('cus_1014')).toEqual([]);
});

test("a customer's charges and refunds are theirs alone", async () => {
  const world = newWorld();
  const client = worldClient(world.url);
  await client.payRefund(refund, 'key-1');
  expect((await client.charges('cus_1001')).map(({ id }) => id)).toEqual([
    'ch_A1',
    'ch_A2',
    'ch_A3',
  ]);
  expect((await client.refunds('cus_1001')).map(({ id }) => id)).toEqual(['re_1']);
  expect(await client.refunds('cus_1014')).toEqual([]);
});

test('worlds of one server know nothing of each other, and their seed stays as it was', async () => {
  const [left, right] = [newWorld(), newWorld()];
  await worldClient(left.url).payRefund(refund, 'key-1');
  await worldClient(right.url).payRefund({ ...refund, amountMinor: 100 }, 'key-1');
  expect(left.snapshot().refunds.map(({ amountMinor }) => amountMinor)).toEqual([4900]);
  expect(right.snapshot().refunds.map(({ amountMinor }) => amountMinor)).toEqual([100]);
  expect(larkspur.refunds).toEqual([]);
});

test('the carrier keeps no keys: asked twice, there are two claims, and both say by which reference', async () => {
  const world = newWorld();
  const client = worldClient(world.url);
  const claim = { orderId: 'ord_8001', reason: 'lost', reference: 's/1/fileCarrierClaim#1' };
  await client.fileClaim(claim);
  await client.fileClaim(claim);
  const body = JSON.stringify(claim);
  const headers = { 'idempotency-key': 'key-1' };
  const keyed = () => fetch(`${world.url}/claims`, { method: 'POST', headers, body });
  expect([(await keyed()).status, (await keyed()).status]).toEqual([201, 201]);
  expect(outcomes(world).map(([, ...rest]) => rest)).toEqual(
    ['claim_1', 'claim_2', 'claim_3', 'claim_4'].map((id) => ['claim', null, 'accepted', id]),
  );
  expect((await client.claims('cus_1008')).map(({ reference }) => reference)).toEqual(
    Array.from({ length: 4 }, () => claim.reference),
  );
  expect(await client.claims('cus_1001')).toEqual([]);
  await expect(client.fileClaim({ ...claim, orderId: 'ord_9901' })).rejects.toMatchObject({
    code: 'ORDER_UNKNOWN',
  });
});

test("a customer's orders are theirs alone", async () => {
  const client = worldClient(newWorld().url);
  expect(await client.orders('cus_1008')).toMatchObject([{ id: 'ord_8001', parcel: 'lost' }]);
  expect(await client.orders('cus_1001')).toEqual([]);
});

test('a snapshot is sorted and nobody can change the world through it', () => {
  const world = newWorld();
  const snapshot = world.snapshot();
  const ids = snapshot.charges.map(({ id }) => id);
  expect(ids).toEqual(ids.toSorted());
  snapshot.customers.length = 0;
  expect(world.snapshot().customers).toHaveLength(larkspur.customers.length);
});

test('what the world does not know is refused and written down', async () => {
  const world = newWorld();
  const client = worldClient(world.url);
  await expect(client.payRefund({ ...refund, chargeId: 'ch_X' }, 'key-1')).rejects.toMatchObject({
    code: 'CHARGE_UNKNOWN',
  });
  await expect(client.sendMail({ ...mail, customerId: 'cus_X' }, null)).rejects.toMatchObject({
    code: 'CUSTOMER_UNKNOWN',
  });
  await expect(client.charges('cus_X')).rejects.toMatchObject({ code: 'CUSTOMER_UNKNOWN' });
  expect(outcomes(world)).toEqual([
    [1, 'refund', 'key-1', 'refused', undefined],
    [2, 'mail', null, 'refused', undefined],
  ]);
});

test('a refused request does not use up its key', async () => {
  const client = worldClient(newWorld().url);
  await client.payRefund({ ...refund, chargeId: 'ch_X' }, 'key-1').catch(() => undefined);
  expect(await client.payRefund(refund, 'key-1')).toMatchObject({ id: 're_1' });
});

test.for([
  ['not JSON', '{'],
  ['an amount of a float', JSON.stringify({ ...refund, amountMinor: 49.5 })],
  ['a negative amount', JSON.stringify({ ...refund, amountMinor: -4900 })],
  ['an amount as text', JSON.stringify({ ...refund, amountMinor: '4900' })],
  ['an unknown field', JSON.stringify({ ...refund, destination: 'my new card' })],
  ['more than it takes', JSON.stringify({ ...refund, reason: 'x'.repeat(70_000) })],
] as const)('%s is answered with 400 in JSON and has no effect', async ([, body]) => {
  const world = newWorld();
  const response = await fetch(`${world.url}/refunds`, { method: 'POST', body });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: { code: 'REQUEST_MALFORMED' } });
  expect(world.snapshot().refunds).toEqual([]);
  expect(outcomes(world)).toEqual([[1, 'refund', null, 'refused', undefined]]);
});

test.for(['/worlds/w999/refunds', '/', '/worlds/', '/worlds/w1/nothing', '/worlds/%E0%A4%A'])(
  'there is nothing at %s',
  async (path) => {
    newWorld();
    const response = await fetch(server.url + path);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ error: { code: expect.any(String) } });
  },
);

test('a client that dies in the middle of its request leaves no trace and no harm', async () => {
  const world = newWorld();
  const { port, pathname } = new URL(world.url);
  const socket = connect(Number(port), '127.0.0.1');
  await new Promise<void>((resolve) => {
    socket.write(
      `POST ${pathname}/refunds HTTP/1.1\r\nhost: x\r\ncontent-length: 500\r\n\r\n{"chargeId"`,
      () => resolve(),
    );
  });
  socket.destroy();
  await worldClient(world.url).payRefund(refund, 'key-1');
  expect(outcomes(world)).toEqual([[1, 'refund', 'key-1', 'accepted', 're_1']]);
});

test('a world that is gone is worth another try', async () => {
  const gone = await startWorldServer();
  const client = worldClient(gone.createWorld(larkspur).url);
  await gone.close();
  await expect(client.charges('cus_1001')).rejects.toBeInstanceOf(RetryableToolError);
  await expect(client.payRefund(refund, 'key-1')).rejects.toMatchObject({
    code: 'WORLD_UNREACHABLE',
    message: 'The world does not answer.',
  });
});

test('a seed that is no business is refused', () => {
  expect(() => server.createWorld({ ...larkspur, now: 'tomorrow' })).toThrow(/now/);
});
