/**
 * One of several servers on one PostgreSQL, as a process of its own: a clerk who looks an order up and pays it back. What it
 * does waits where the message says, until somebody opens the place. Argument: one JSON value, see `lifeSchema`. Prints its
 * address. Ends when its standard input does.
 */
import { once } from 'node:events';
import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { defineAgent, definePrompt } from '../agent/define-agent.ts';
import { createHarness } from '../create-harness.ts';
import { durableBacking } from '../durable-backing.ts';
import { openHarnessDatabase } from '../open-harness-database.ts';
import { startServer } from '../server/start-server.ts';
import { defineTool, type Tool } from '../tools/define-tool.ts';
import { type Conversation, conversationFromPrompt } from './conversation.ts';
import { scriptedModel } from './scripted-model.ts';

const lifeSchema = z.object({
  databaseUrl: z.string(),
  /** Who it is among the servers. */
  name: z.string(),
  /** Where places are reached and opened, and the book is: a line a payment, and who made it. */
  directory: z.string(),
});
export type ServedLife = z.infer<typeof lifeSchema>;

/** Where a run waits: in a tool, or in the turn that answers. */
export type WaitingPlace = 'lookUp' | 'answer';

const customer = { id: 'cus_1', role: 'customer', tenant: 'larkspur' };

const plain = {
  version: '1',
  owner: 'tests',
  input: z.object({ said: z.string() }),
  output: z.object({ said: z.string() }),
  agents: ['clerk'],
};

async function live(life: ServedLife): Promise<void> {
  const { databaseUrl, name } = life;
  await using database = await openHarnessDatabase({ kind: 'postgres', url: databaseUrl });
  const model = scriptedModel({
    name: 'clerk',
    plays: [
      {
        name: 'look and pay',
        when: (conversation) => !lastSaid(conversation).includes('no') && !hasActed(conversation),
        answer: (conversation) => {
          const input = { said: lastSaid(conversation) };
          return {
            calls: [
              { tool: 'lookUp', input },
              { tool: 'pay', input },
            ],
          };
        },
      },
      {
        name: 'answer',
        when: () => true,
        answer: (conversation) => ({ text: `I heard "${lastSaid(conversation)}".` }),
      },
    ],
  });
  await using harness = await createHarness({
    agents: [
      defineAgent({
        name: 'clerk',
        prompt: definePrompt('clerk', 'You pay back.'),
        tools: [lookUp(life), pay(life)],
        handoffs: [],
        turnLimit: 4,
      }),
    ],
    entry: 'clerk',
    model: {
      ...model,
      doStream: async (call) => {
        const conversation = conversationFromPrompt(call);
        if (hasActed(conversation)) await waitAt('answer', lastSaid(conversation), life);
        return model.doStream(call);
      },
    },
    backing: await durableBacking({
      database,
      identity: { application: 'served-life', version: 'v1', executorId: name },
    }),
  });
  await using server = await startServer({
    harness,
    access: { kind: 'development', principal: customer },
  });
  process.stdout.write(`${server.url}\n`);
  await once(process.stdin.resume(), 'end');
}

const lastSaid = ({ messages }: Conversation): string =>
  messages.findLast((message) => message.role === 'user')?.text ?? '';

/** Since the last message. */
const hasActed = ({ messages }: Conversation): boolean => messages.at(-1)?.role === 'tool';

/** Waits there if the message says so. */
async function waitAt(place: WaitingPlace, said: string, { directory }: ServedLife): Promise<void> {
  if (!said.includes(`wait at ${place}`)) return;
  writeFileSync(join(directory, `${place}.reached`), '');
  while (!existsSync(join(directory, `${place}.open`))) await pause(10);
}

function lookUp(life: ServedLife): Tool {
  return defineTool({
    ...plain,
    name: 'lookUp',
    description: 'Looks an order up.',
    effect: 'read',
    execute: async (input) => {
      await waitAt('lookUp', input.said, life);
      return input;
    },
  });
}

function pay({ directory, name }: ServedLife): Tool {
  return defineTool({
    ...plain,
    name: 'pay',
    description: 'Pays an order back.',
    effect: 'keyed',
    execute: async (input, { idempotencyKey }) => {
      appendFileSync(join(directory, 'book'), `${idempotencyKey} by ${name}\n`);
      return input;
    },
  });
}

if (import.meta.main) await live(lifeSchema.parse(JSON.parse(process.argv[2] ?? '')));
