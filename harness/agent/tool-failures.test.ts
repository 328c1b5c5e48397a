import { expect, test } from 'vitest';
import { z } from 'zod';
import { createHarness } from '../create-harness.ts';
import type { Host, Log } from '../host/host.ts';
import type { RunOutcome } from '../session/runner.ts';
import type { RecordReader, RecordWriter } from '../session/session-store.ts';
import { memoryBacking } from '../testing/memory-backing.ts';
import { lastToolResult } from '../testing/playbook.ts';
import { scriptedModel } from '../testing/scripted-model.ts';
import { simulatedHost } from '../testing/simulated-host.ts';
import { defineTool, type EffectClass, type Tool, type ToolContext } from '../tools/define-tool.ts';
import { RetryableToolError } from '../tools/retryable-tool-error.ts';
import { ToolRefusal } from '../tools/tool-refusal.ts';
import { defineAgent, definePrompt } from './define-agent.ts';

// What a tool's failure comes to, by what the tool changes: the model is told, and the run goes on (E7, E22).

const principal = { id: 'cus_1', role: 'customer', tenant: 'larkspur' };

type Execute = (context: ToolContext, host: Host) => Promise<unknown>;

/** A tool that behaves as it is told at each attempt, the last time ever after. */
function acting(effect: EffectClass, attempts: readonly Execute[], host: Host): Tool {
  let tries = 0;
  const parts = {
    name: 'act',
    version: '1',
    owner: 'tests',
    description: 'Acts.',
    input: z.object({}),
    output: z.object({ ok: z.literal(true) }),
    agents: ['helper'],
    timeoutMs: 5000,
    execute: async (_input: object, context: ToolContext): Promise<{ ok: true }> => {
      const execute = attempts[Math.min(tries, attempts.length - 1)];
      tries += 1;
      const output: { ok: true } = JSON.parse(JSON.stringify(await execute?.(context, host)));
      return output;
    },
  };
  if (effect === 'unkeyed') return defineTool({ ...parts, effect });
  if (effect === 'transactional') return defineTool({ ...parts, effect });
  return defineTool({ ...parts, effect });
}

interface Played {
  /** What the model was told. */
  readonly told: unknown;
  /** The keys of the attempts. */
  readonly keys: readonly string[];
  readonly outcome: RunOutcome;
  readonly tookMs: number;
  /** How often the log says so. */
  readonly threw: number;
  readonly records: readonly unknown[];
}

async function play(effect: EffectClass, ...attempts: readonly Execute[]): Promise<Played> {
  const keys: string[] = [];
  const logged: string[] = [];
  const log: Log = { info: () => undefined, warn: (event) => logged.push(event) };
  const host = simulatedHost({ startsAt: 0, seed: 1, log });
  const seen: unknown[] = [];
  const noted = attempts.map(
    (execute): Execute =>
      (context) => {
        keys.push(context.idempotencyKey);
        return execute(context, host);
      },
  );
  await using harness = await createHarness({
    agents: [
      defineAgent({
        name: 'helper',
        prompt: definePrompt('helper', 'You help.'),
        tools: [acting(effect, noted, host)],
        handoffs: [],
        turnLimit: 3,
      }),
    ],
    entry: 'helper',
    model: scriptedModel({
      name: 'act once',
      plays: [
        {
          name: 'act',
          when: (conversation) => lastToolResult(conversation, 'act') === undefined,
          answer: () => ({ calls: [{ tool: 'act', input: {} }] }),
        },
        {
          name: 'answer',
          when: () => true,
          answer: (conversation) => {
            seen.push(lastToolResult(conversation, 'act')?.output);
            return { text: 'Enough.' };
          },
        },
      ],
    }),
    backing: memoryBacking(),
    host,
  });
  await harness.send({ sessionId: 's', messageId: 'r', text: 'act', principal });
  const outcome = await harness.outcome('r');
  const records = await harness.records('s');
  const threw = logged.filter((event) => event === 'tool-threw');
  return { told: seen[0], keys, outcome, tookMs: host.clock.now(), threw: threw.length, records };
}

const isWriter = (records: RecordReader): records is RecordWriter => 'put' in records;

const put = (context: ToolContext, key: string): Promise<void> => {
  const { records } = context;
  if (!isWriter(records)) throw new TypeError('not transactional');
  return records.put({ collection: 'notes', key, value: key });
};

const ok: Execute = async () => ({ ok: true });
const busy: Execute = async () => {
  throw new RetryableToolError('WORLD_BUSY', '503');
};
const late: Execute = async (_context, { clock }) => {
  await clock.sleep(6000);
  return { ok: true };
};
const cut: Execute = async () => {
  throw new TypeError('fetch failed', {
    cause: Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }),
  });
};
const buggy: Execute = async () => {
  throw new RangeError('off by one');
};
const nonsense: Execute = async () => ({ ok: 'perhaps' });
const refusing: Execute = async () => {
  throw new ToolRefusal('NOT_YOURS', 'No.');
};

const unknown = expect.stringMatching(/^EFFECT_UNKNOWN: /);
const timedOut = 'TOOL_TIMED_OUT: act did not answer within 5 s.';

test.for<readonly [EffectClass, string, Execute, number, unknown]>([
  ['read', 'says 503', busy, 3, 'WORLD_BUSY: 503'],
  ['read', 'is over time', late, 3, timedOut],
  ['read', 'is cut off', cut, 3, 'TOOL_BROKEN: The tool failed (TypeError).'],
  ['read', 'is broken', buggy, 1, 'TOOL_BROKEN: The tool failed (RangeError).'],
  ['read', 'answers nonsense', nonsense, 1, expect.stringMatching(/^TOOL_OUTPUT_INVALID: /)],
  ['read', 'refuses', refusing, 1, 'NOT_YOURS: No.'],
  ['compute', 'says 503', busy, 3, 'WORLD_BUSY: 503'],
  ['compute', 'is over time', late, 3, timedOut],
  ['transactional', 'says 503', busy, 3, 'WORLD_BUSY: 503'],
  ['transactional', 'is over time', late, 1, timedOut],
  ['transactional', 'is cut off', cut, 1, 'TOOL_BROKEN: The tool failed (TypeError).'],
  ['keyed', 'says 503', busy, 3, 'WORLD_BUSY: 503'],
  ['keyed', 'is over time', late, 3, timedOut],
  ['keyed', 'is cut off', cut, 3, 'TOOL_BROKEN: The tool failed (TypeError).'],
  ['keyed', 'is broken', buggy, 1, 'TOOL_BROKEN: The tool failed (RangeError).'],
  ['keyed', 'answers nonsense', nonsense, 1, expect.stringMatching(/^TOOL_OUTPUT_INVALID: /)],
  ['unkeyed', 'says 503', busy, 1, unknown],
  ['unkeyed', 'is over time', late, 1, unknown],
  ['unkeyed', 'is cut off', cut, 1, unknown],
  ['unkeyed', 'is broken', buggy, 1, unknown],
  ['unkeyed', 'answers nonsense', nonsense, 1, unknown],
  ['unkeyed', 'refuses', refusing, 1, 'NOT_YOURS: No.'],
])('a %s tool that always %s', async ([effect, , execute, tries, error]) => {
  const { told, keys, outcome, threw } = await play(effect, execute);
  expect(told).toEqual({ error });
  expect(outcome).toEqual({ kind: 'answered', agent: 'helper', text: 'Enough.' });
  expect(keys).toEqual(Array.from({ length: tries }, () => 's/r/act#1'));
  expect(threw).toBe(execute === refusing ? 0 : tries);
});

test('a read that says 503 twice is answered at the third attempt, after pauses that double (D-03)', async () => {
  const { told, keys, tookMs } = await play('read', busy, busy, ok);
  expect(told).toEqual({ ok: true });
  expect(keys).toHaveLength(3);
  expect(tookMs).toBe(600);
});

test('a provider that commits and does not answer is asked again under the same key: one effect (D-05)', async () => {
  const committed = new Map<string, number>();
  const commit =
    (answer: Execute): Execute =>
    async (context, host) => {
      const { idempotencyKey } = context;
      if (!committed.has(idempotencyKey)) committed.set(idempotencyKey, committed.size + 1);
      return answer(context, host);
    };
  for (const lost of [busy, late, cut]) {
    committed.clear();
    const { told, keys } = await play('keyed', commit(lost), commit(ok));
    expect(told).toEqual({ ok: true });
    expect(keys).toEqual(['s/r/act#1', 's/r/act#1']);
    expect([...committed]).toEqual([['s/r/act#1', 1]]);
  }
});

test('what is over time is told by its signal, and is not waited for', async () => {
  let reason: unknown;
  const waiting: Execute = ({ signal }, { clock }) =>
    new Promise(() => {
      signal.addEventListener('abort', () => {
        reason = signal.reason;
      });
      void clock.sleep(5000);
    });
  const { told } = await play('transactional', waiting);
  expect(told).toEqual({ error: timedOut });
  expect(reason).toMatchObject({ code: 'TOOL_TIMED_OUT' });
});

const slow: Execute = async (context, { clock }) => {
  await put(context, 'early');
  await clock.sleep(6000);
  await put(context, 'late');
  return { ok: true };
};
const quick: Execute = async (context) => {
  await put(context, 'in time');
  return { ok: true };
};

test('a transactional tool that is over time leaves nothing, however late it writes', async () => {
  expect((await play('transactional', slow)).records).toEqual([]);
  expect((await play('transactional', quick)).records).toHaveLength(1);
});
