import { anything, assert, asyncProperty, constantFrom, oneof, record, string } from 'fast-check';
import { expect, test } from 'vitest';
import { type Tool, ToolRefusal } from '#harness';
import { deskSubject } from '../desk-subject.ts';
import { larkspur } from '../world/larkspur.ts';
import { startWorldServer } from '../world/world-server.ts';

// Whatever a model sends to a tool that moves money or mail: it is refused with a reason, or it does nothing wrong.

const hostileAmounts = [
  -4900,
  0,
  0.5,
  4900.000001,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.MAX_SAFE_INTEGER,
  1e21,
  '4900',
  '4900; drop table refunds',
  null,
  [4900],
  { valueOf: 4900 },
];

const amounts = constantFrom<unknown>(...hostileAmounts);
const texts = constantFrom<unknown>(
  'ch_A2',
  'ch_B1',
  '',
  '‮ch_A2',
  '../ch_A2',
  'ch_A2\0',
  'x'.repeat(100_000),
);

/** Tools that keep what they are told once it is held against what is so. */
const checkedRecords: ReadonlySet<string> = new Set(['createQuote', 'createTicket']);

test('five hundred fuzzed calls of the tools that act cause no refund, mail, case, quote or ticket, and each says why (seed 11)', {
  timeout: 120_000,
}, async () => {
  await using worldServer = await startWorldServer();
  const world = worldServer.createWorld(larkspur);
  const tools = deskSubject
    .assemble({ worldUrl: world.url })
    .agents.flatMap((agent) => agent.tools)
    .filter((tool) => tool.effect === 'keyed' || checkedRecords.has(tool.name));
  expect(tools.map((tool) => tool.name)).toEqual(
    expect.arrayContaining(['issueRefund', 'escalateToHuman', ...checkedRecords]),
  );
  let calls = 0;
  let kept = 0;
  const refusals = new Set<string>();
  const attempt = async (tool: Tool, input: unknown): Promise<void> => {
    calls += 1;
    try {
      const context = {
        sessionId: 's',
        runId: 'r',
        principal: { id: 'cus_1001', role: 'customer', tenant: 'larkspur' },
        now: Date.parse(larkspur.now),
        idempotencyKey: `s/r/${tool.name}#${calls}`,
        signal: new AbortController().signal,
        records: { get: async () => undefined, put: async () => void (kept += 1) },
      };
      await tool.execute(input, context);
      throw new Error(`${tool.name} took ${JSON.stringify(input)}`);
    } catch (error) {
      if (!(error instanceof ToolRefusal)) throw error;
      refusals.add(error.code);
    }
  };
  const currencies = constantFrom<unknown>('USD', 'EUR', 'usd', '', null);
  const shaped = oneof(
    record({ chargeId: texts, amountMinor: amounts, currency: currencies, reason: string() }),
    record({ seats: amounts, monthlyMinor: amounts, yearlyMinor: amounts, currency: currencies }),
    record({ incidentId: texts, summary: string() }),
    record({ queue: texts, reason: string() }),
  );
  await assert(
    asyncProperty(shaped, anything(), async (request, other) => {
      for (const tool of tools) {
        await attempt(tool, request);
        await attempt(tool, other);
      }
    }),
    { seed: 11, numRuns: 125 },
  );
  expect(calls).toBeGreaterThanOrEqual(500);
  expect(world.ledger()).toEqual([]);
  expect(kept).toBe(0);
  expect(refusals).toContain('TOOL_VALUE_INVALID');
});

test('the fuzzer would notice: a call that is right goes through', async () => {
  await using worldServer = await startWorldServer();
  const world = worldServer.createWorld(larkspur);
  const issueRefund = deskSubject
    .assemble({ worldUrl: world.url })
    .agents.flatMap((agent) => agent.tools)
    .find((tool) => tool.name === 'issueRefund');
  await issueRefund?.execute(
    { chargeId: 'ch_A2', amountMinor: 4900, currency: 'USD', reason: 'duplicate' },
    {
      sessionId: 's',
      runId: 'r',
      principal: { id: 'cus_1001', role: 'customer', tenant: 'larkspur' },
      now: Date.parse(larkspur.now),
      idempotencyKey: 's/r/issueRefund#1',
      signal: new AbortController().signal,
      records: { get: async () => undefined, put: async () => undefined },
    },
  );
  expect(world.ledger()).toMatchObject([{ kind: 'refund', outcome: 'accepted' }]);
});
