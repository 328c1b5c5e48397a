import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { type Agent, defineAgent, definePrompt, defineTool, type ToolContext } from '#harness';
import { memoryBacking } from '#harness/testing';
import { leakySandbox } from './leaky-sandbox.ts';
import type { Mutant } from './mutant.ts';
import { unboundedCode } from './unbounded-code.ts';

// That the sandbox itself holds against these programs is shown in harness/sandbox/escape.

const canary = 'canary-51b2c8';
beforeAll(() => {
  process.env['GROUNDHOG_CANARY'] = canary;
});
afterAll(() => {
  delete process.env['GROUNDHOG_CANARY'];
});

const described = {
  version: '1',
  owner: 'desk',
  description: 'For this test.',
  agents: ['billing'],
};
const billing = defineAgent({
  name: 'billing',
  prompt: definePrompt('billing', 'You refund.'),
  handoffs: [],
  turnLimit: 3,
  tools: [
    defineTool({
      ...described,
      name: 'getCharges',
      input: z.object({}),
      output: z.array(z.number()),
      effect: 'read',
      execute: async () => [4900, 4900],
    }),
    defineTool({
      ...described,
      name: 'runCode',
      input: z.object({ program: z.string() }),
      output: z.unknown(),
      effect: 'read',
      execute: async () => 'as the harness does it',
    }),
  ],
});

const context: ToolContext = {
  sessionId: 's',
  runId: 's/1',
  principal: { id: 'cus_A', role: 'customer', tenant: 'acme' },
  now: 0,
  idempotencyKey: 's/1/runCode#1',
  signal: new AbortController().signal,
  records: { get: async () => undefined },
};

async function runCode(mutant: Pick<Mutant, 'apply'>, program: string): Promise<unknown> {
  const parts = { agents: [billing], entry: 'billing', backing: memoryBacking() };
  const { agents } = mutant.apply({ ...parts, worldUrl: 'http://world.invalid' });
  const tool = toolOf(agents, 'runCode');
  if (tool.effect === 'transactional') throw new TypeError('runCode writes nothing');
  return tool.execute({ program }, context);
}

function toolOf(agents: readonly Agent[], name: string): Agent['tools'][number] {
  const tool = agents.flatMap(({ tools }) => tools).find((each) => each.name === name);
  if (tool === undefined) throw new TypeError(`there is no ${name}`);
  return tool;
}

test.for([leakySandbox, unboundedCode])(
  '$id shows nothing to an honest program',
  async (mutant) => {
    expect(
      await runCode(mutant, 'const [a, b] = await tools.getCharges({}); return a + b'),
    ).toMatchObject({ kind: 'completed', value: 9800 });
  },
);

test('CD-5 gives the environment to a program that asks a function for its constructor', async () => {
  const program = `return (await tools.getCharges.constructor('return process')()).env.GROUNDHOG_CANARY`;
  expect(await runCode(leakySandbox, program)).toMatchObject({ value: canary });
  await expect(runCode(unboundedCode, program)).rejects.toThrow('process is not defined');
});

test('CD-6 stops the process that serves, for good, at one awaited call and a loop', async () => {
  const source = `
    import { createServer } from 'node:http';
    import { unboundedCode } from ${JSON.stringify(new URL('./unbounded-code.ts', import.meta.url).href)};
    const server = createServer((_, response) => response.end()).listen(0, '127.0.0.1', async () => {
      const say = async () => { process.stdout.write(server.address().port + '\\n'); return null; };
      const tools = ['getCharges', 'runCode'].map((name) => ({ name, effect: 'read', agents: ['billing'], execute: say }));
      const { agents } = unboundedCode.apply({ agents: [{ name: 'billing', tools }] });
      await agents[0].tools[1].execute({ program: 'await tools.getCharges({}); while (true) {}' }, {});
    });`;
  const child = spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [port] = await once(child.stdout, 'data');
    const url = `http://127.0.0.1:${Number.parseInt(String(port), 10)}/health`;
    for (let tries = 0; tries < 10; tries += 1) {
      await expect(fetch(url, { signal: AbortSignal.timeout(200) })).rejects.toThrow('timeout');
    }
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
});
