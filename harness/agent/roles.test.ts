import { expect, test } from 'vitest';
import { z } from 'zod';
import { createHarness } from '../create-harness.ts';
import { memoryBacking } from '../testing/memory-backing.ts';
import { scriptedModel } from '../testing/scripted-model.ts';
import { simulatedHost } from '../testing/simulated-host.ts';
import { defineTool, type Tool } from '../tools/define-tool.ts';
import { defineAgent, definePrompt } from './define-agent.ts';

const roles = ['customer', 'billing_agent', 'billing_lead'] as const;

/** Which roles each tool is for; everybody where it says nothing. */
const permitted: Readonly<Record<string, readonly string[] | undefined>> = {
  look: undefined,
  pay: ['billing_agent', 'billing_lead'],
  forgive: ['billing_lead'],
};

test.for(roles)(
  'for a %s just the tools of that role act; each other call is denied, audited and without effect',
  async (role) => {
    const acted: string[] = [];
    const tools = Object.entries(permitted).map(
      ([name, allowed]): Tool =>
        defineTool({
          name,
          version: '1',
          owner: 'tests',
          description: `Does ${name}.`,
          input: z.object({}),
          output: z.object({}),
          effect: 'keyed',
          agents: ['desk'],
          ...(allowed === undefined ? {} : { roles: allowed }),
          execute: async () => {
            acted.push(name);
            return {};
          },
        }),
    );
    await using harness = await createHarness({
      agents: [
        defineAgent({
          name: 'desk',
          prompt: definePrompt('desk', 'You help.'),
          tools,
          handoffs: [],
          turnLimit: 3,
        }),
      ],
      entry: 'desk',
      model: scriptedModel({
        name: 'everything once',
        plays: [
          {
            name: 'calls',
            when: ({ messages }) => messages.length === 1,
            answer: () => ({ calls: tools.map(({ name }) => ({ tool: name, input: {} })) }),
          },
          { name: 'answer', when: () => true, answer: () => ({ text: 'Done.' }) },
        ],
      }),
      backing: memoryBacking(),
      host: simulatedHost({ startsAt: 0, seed: 1 }),
    });
    const principal = { id: 'someone', role, tenant: 'larkspur' };
    await harness.send({ sessionId: 's', messageId: 'r', text: 'all of it', principal });
    expect(await harness.outcome('r')).toMatchObject({ kind: 'answered' });
    const allowed = Object.keys(permitted).filter(
      (name) => permitted[name]?.includes(role) ?? true,
    );
    expect(acted).toEqual(allowed);
    const rows = await harness.audit.read('larkspur', 0);
    expect(rows.map(({ subject, isAllowed, reason }) => [subject, isAllowed, reason])).toEqual(
      Object.keys(permitted).map((name) =>
        allowed.includes(name) ? [name, true, 'completed'] : [name, false, 'TOOL_NOT_PERMITTED'],
      ),
    );
  },
);
