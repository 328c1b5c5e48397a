import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineTool, type Tool, type ToolContext } from '../tools/define-tool.ts';
import { ToolRefusal } from '../tools/tool-refusal.ts';
import { codeTool } from './code-tool.ts';

const chargeSchema = z.object({
  chargeId: z.string(),
  amountMinor: z.int(),
  currency: z.enum(['USD', 'JPY']),
  refundedAt: z.string().nullable(),
  note: z.string().optional(),
});

const context: ToolContext = {
  sessionId: 's',
  runId: 's/1',
  principal: { id: 'cus_A', role: 'customer', tenant: 'acme' },
  now: Date.UTC(2026, 10, 20),
  idempotencyKey: 's/1/runCode#1',
  signal: new AbortController().signal,
  records: { get: async () => undefined },
};

const charge = (chargeId: string, amountMinor: number): z.infer<typeof chargeSchema> => ({
  chargeId,
  amountMinor,
  currency: 'USD',
  refundedAt: null,
});

/** Charges of whoever asks, and a refusal for anybody else's. */
function getCharges(contexts: ToolContext[] = []): Tool {
  return defineTool({
    name: 'getCharges',
    version: '1',
    owner: 'desk',
    description: 'The charges of one customer.',
    input: z.strictObject({ customerId: z.string(), since: z.string().optional() }),
    output: z.object({ charges: z.array(chargeSchema) }),
    effect: 'read',
    agents: ['billing'],
    execute: async ({ customerId }, asked) => {
      contexts.push(asked);
      if (customerId !== asked.principal.id)
        throw new ToolRefusal('NOT_YOURS', 'Not your charges.');
      return { charges: [charge('ch_1', 4900), charge('ch_2', 4900), charge('ch_3', 1250)] };
    },
  });
}

function quiet(name: string, effect: 'read' | 'compute' | 'keyed'): Tool {
  return defineTool({
    name,
    version: '1',
    owner: 'desk',
    description: 'Does nothing.',
    input: z.object({}),
    output: z.record(z.string(), z.union([z.number(), z.literal('none')])),
    effect,
    agents: ['billing'],
    execute: async () => ({}),
  });
}

const open = (...tools: readonly Tool[]): Tool =>
  codeTool({ tools, agents: ['billing'], owner: 'desk' });

async function execute(tool: Tool, program: string): Promise<unknown> {
  if (tool.effect === 'transactional') throw new TypeError('runCode writes nothing');
  return tool.execute({ program }, context);
}

test('a program finds the duplicate and computes the refund exactly', async () => {
  const contexts: ToolContext[] = [];
  const program = `
    const { charges } = await tools.getCharges({ customerId: 'cus_A' });
    const seen = new Set();
    const duplicate = charges.find(({ amountMinor }) => seen.size === seen.add(amountMinor).size);
    console.log('duplicate', duplicate.chargeId);
    return { chargeId: duplicate.chargeId, refund: money.format(duplicate.amountMinor, duplicate.currency) };`;
  expect(await execute(open(getCharges(contexts)), program)).toEqual({
    kind: 'completed',
    value: { chargeId: 'ch_2', refund: '49.00' },
    logs: ['duplicate ch_2'],
  });
  expect(contexts).toEqual([context]);
});

test('a call from inside is checked as a call of its own: input, output and policy', async () => {
  const tool = open(getCharges());
  expect(
    await execute(tool, `return await tools.getCharges({ customerId: 'cus_B' })`),
  ).toMatchObject({
    kind: 'failed',
    error: { kind: 'thrown', line: 1, message: 'ToolError (NOT_YOURS): Not your charges.' },
  });
  const caught = `try { await tools.getCharges({ customer: 'cus_A' }) } catch ({ code }) { return code }`;
  expect(await execute(tool, caught)).toMatchObject({ value: 'TOOL_VALUE_INVALID' });
});

test('the same call has the same dice in every life, and another call has others', async () => {
  const tool = open(getCharges());
  const once = await execute(tool, 'return Math.random()');
  expect(await execute(tool, 'return Math.random()')).toEqual(once);
  if (tool.effect === 'transactional') throw new TypeError('runCode writes nothing');
  const other = { ...context, idempotencyKey: 's/1/runCode#2' };
  expect(await tool.execute({ program: 'return Math.random()' }, other)).not.toEqual(once);
});

test('only what changes nothing and is open to its agents may be given', () => {
  const transactional = defineTool({
    name: 'saveNote',
    version: '1',
    owner: 'desk',
    description: 'Keeps a note.',
    input: z.unknown(),
    output: z.object({}),
    effect: 'transactional',
    agents: ['billing'],
    execute: async () => ({}),
  });
  expect(() => open(quiet('payRefund', 'keyed'))).toThrow(
    'Code mode cannot be given payRefund: its effect is keyed. Give it tools with effect read or compute',
  );
  expect(() => open(transactional)).toThrow('saveNote: its effect is transactional');
  expect(() =>
    codeTool({ tools: [getCharges()], agents: ['billing', 'triage'], owner: 'desk' }),
  ).toThrow('getCharges: triage may not use it');
  expect(() => open(quiet('look-up', 'read'))).toThrow(
    'its name is not one that a program can write',
  );
  expect(() => open(getCharges(), getCharges())).toThrow('its name is taken');
  expect(open(getCharges(), quiet('sum', 'compute')).effect).toBe('read');
});

test('the model is told what it may call, with types', () => {
  expect(open(getCharges(), quiet('tally', 'compute')).description).toMatchInlineSnapshot(`
    "Runs a JavaScript program that looks things up and computes, and returns its result. Compute amounts and compare
    records here, never in your head. The program is the body of an async function: use \`await tools.<name>(input)\` and
    end with \`return value\`, where value is plain JSON. A failed tool call throws an error with \`code\` and \`message\`.
    There are no imports, files, network or timers; \`Date\` stands still at the time of the request.
    If it fails you get the kind of failure, the line and a hint: correct the program and run it again.

    declare const tools: {
      /** The charges of one customer. */
      getCharges(input: { customerId: string; since?: string }): Promise<{ charges: Array<{ chargeId: string; amountMinor: number /* integer */; currency: "USD" | "JPY"; refundedAt: string | null; note?: string }> }>;
      /** Does nothing. */
      tally(input: {}): Promise<Record<string, number | "none">>;
    };

    /** Exact money: amounts are integers in the currency's minor unit (4900 is 49.00 USD); floats are refused. */
    declare const money: {
      add(...amounts: number[]): number;
      subtract(amount: number, other: number): number;
      /** amount * numerator / denominator, halves rounded away from zero. */
      multiply(amount: number, numerator: number, denominator?: number): number;
      /** percentage: an integer or text such as '12.5'. */
      percent(amount: number, percentage: number | string): number;
      /** Splits amount by integer weights; the shares add up to it. */
      allocate(amount: number, weights: number[]): number[];
      /** 4900, 'USD' as '49.00'. */
      format(amount: number, currency: string): string;
      /** '49.00', 'USD' as 4900. */
      parse(text: string, currency: string): number;
    };"
  `);
});
