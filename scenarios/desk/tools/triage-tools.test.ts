import { afterAll, beforeAll, expect, test } from 'vitest';
import { ToolRefusal } from '#harness';
import { deskSubject } from '../desk-subject.ts';
import { larkspur } from '../world/larkspur.ts';
import { internalNoteCanary } from '../world/larkspur-catalogue.ts';
import { worldClient } from '../world/world-client.ts';
import { startWorldServer, type World, type WorldServer } from '../world/world-server.ts';

// The desk's own tools, called as the harness calls them.

let worldServer: WorldServer;
beforeAll(async () => {
  worldServer = await startWorldServer();
});
afterAll(() => worldServer.close());

interface Called {
  readonly customer?: string;
  readonly call?: number;
}

/** Calls tools in one session; what they keep is in `kept`. */
function openDesk(): {
  readonly world: World;
  readonly kept: readonly string[];
  readonly use: (tool: string, input: unknown, called?: Called) => Promise<unknown>;
} {
  const world = worldServer.createWorld(larkspur);
  const { agents } = deskSubject.assemble({ worldUrl: world.url });
  const tools = agents.flatMap((agent) => agent.tools);
  const kept: string[] = [];
  const use = async (
    name: string,
    input: unknown,
    { customer = 'cus_1001', call = 1 }: Called = {},
  ): Promise<unknown> => {
    const tool = tools.find((each) => each.name === name);
    try {
      return await tool?.execute(input, {
        sessionId: 's',
        runId: 'r',
        principal: { id: customer, role: 'customer', tenant: 'larkspur' },
        now: Date.parse(larkspur.now),
        idempotencyKey: `s/r/${name}#${call}`,
        signal: new AbortController().signal,
        records: {
          get: async () => undefined,
          put: async ({ collection }) => void kept.push(collection),
        },
      });
    } catch (error) {
      if (error instanceof ToolRefusal) return error.code;
      throw error;
    }
  };
  return { world, kept, use };
}

test('of an article only the newest version is found, best match first', async () => {
  const { use } = openDesk();
  const found = await use('searchKnowledgeBase', { query: 'Safari export' });
  expect(found).toMatchObject({
    articles: [
      { articleId: 'KB-12', version: 2 },
      { articleId: 'KB-99', version: 1 },
    ],
  });
  expect(JSON.stringify(found)).not.toContain('clear the cache');
});

test('what is for staff stays in the knowledge base, whoever else asks', async () => {
  const { world, use } = openDesk();
  const found = JSON.stringify(await use('searchKnowledgeBase', { query: 'seats invoices' }));
  expect(found).toContain('KB-31');
  expect(found).not.toContain(internalNoteCanary);
  const client = worldClient(world.url);
  expect(JSON.stringify(await client.articles('customer'))).not.toContain(internalNoteCanary);
  expect(JSON.stringify(await client.articles('support'))).toContain(internalNoteCanary);
});

test('words that occur nowhere find nothing', async () => {
  expect(await openDesk().use('searchKnowledgeBase', { query: 'xylophone' })).toEqual({
    articles: [],
  });
});

test('an incident is told without those it hit, and one that is not there is refused', async () => {
  const { use } = openDesk();
  const told = await use('getIncident', { incidentId: 'INC-441' });
  expect(told).toMatchObject({ incidentId: 'INC-441', status: 'open' });
  expect(JSON.stringify(told)).not.toContain('cus_');
  expect(await use('getIncident', { incidentId: 'INC-999' })).toBe('INCIDENT_UNKNOWN');
});

test('a ticket is kept for a known incident or for none', async () => {
  const { use, kept } = openDesk();
  expect(await use('createTicket', { incidentId: 'INC-999', summary: 'x' })).toBe(
    'INCIDENT_UNKNOWN',
  );
  expect(kept).toEqual([]);
  await use('createTicket', { incidentId: 'INC-441', summary: 'x' });
  await use('createTicket', { incidentId: null, summary: 'y' });
  expect(kept).toEqual(['tickets', 'tickets']);
});

const quote = { seats: 50, monthlyMinor: 85_000, yearlyMinor: 918_000, currency: 'USD' };

test.for([
  ['a discount of its own', { monthlyMinor: 80_000 }],
  ['another year', { yearlyMinor: 917_999 }],
  ['another currency', { currency: 'EUR' }],
  ['the price of other seats', { seats: 49 }],
] as const)('a quote with %s is not kept', async ([, change]) => {
  const { use, kept } = openDesk();
  expect(await use('createQuote', { ...quote, ...change })).toBe('QUOTE_NOT_THE_PRICE');
  expect(kept).toEqual([]);
});

test('the quote that the price list comes to is kept', async () => {
  const { use, kept } = openDesk();
  await use('createQuote', quote);
  expect(kept).toEqual(['quotes']);
});

const escalation = { queue: 'support', reason: 'Wants a person.' };
const refund = { chargeId: 'ch_A2', amountMinor: 4900, currency: 'USD', reason: 'duplicate' };

test('a case lands in the queue of people once, and a life that calls again gets the same case', async () => {
  const { world, use } = openDesk();
  const first = await use('escalateToHuman', escalation);
  expect(await use('escalateToHuman', escalation)).toEqual(first);
  expect(await use('escalateToHuman', escalation, { call: 2 })).toBe('ALREADY_ESCALATED');
  expect(world.snapshot().escalations).toMatchObject([
    { customerId: 'cus_1001', queue: 'support', reference: 's/r/escalateToHuman#1' },
  ]);
});

test('in a case that a person has the desk pays nothing more; in any other it does', async () => {
  const { world, use } = openDesk();
  await use('escalateToHuman', escalation, { customer: 'cus_1012' });
  expect(await use('issueRefund', refund)).toMatchObject({ amount: '49.00 USD' });
  await use('escalateToHuman', escalation, { call: 2 });
  expect(await use('issueRefund', refund, { call: 2 })).toBe('ESCALATED');
  expect(world.snapshot().refunds).toHaveLength(1);
});
