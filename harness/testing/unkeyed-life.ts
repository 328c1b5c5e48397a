/**
 * One life of a harness that files a claim with a carrier who keeps no keys, as a process of its own: what can be killed
 * for real between the effect and its answer. Argument: one JSON value, see `lifeSchema`. Prints one, see `LifeReport`.
 */
import { appendFileSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { defineAgent, definePrompt } from '../agent/define-agent.ts';
import { createHarness, type Harness } from '../create-harness.ts';
import { durableBacking } from '../durable-backing.ts';
import { openHarnessDatabase } from '../open-harness-database.ts';
import type { Approval } from '../session/approval.ts';
import type { Fact } from '../session/event.ts';
import { defineTool, type Tool } from '../tools/define-tool.ts';
import { scriptedModel } from './scripted-model.ts';

const lifeSchema = z.object({
  dataDir: z.string(),
  /** The carrier's book: a line a claim. */
  book: z.string(),
  /** `keyed` is a lie about this carrier. */
  effect: z.enum(['unkeyed', 'keyed']),
  /** Whether the carrier answers, or the life hangs behind the effect or before it until somebody ends it. */
  carrier: z.enum(['answers', 'hangs-after', 'hangs-before']),
  /** What a person says of an effect that nobody knows of. */
  word: z.enum(['happened', 'did-not-happen']),
});
export type Life = z.infer<typeof lifeSchema>;

export interface LifeReport {
  readonly asked: readonly Pick<Approval, 'approvalId' | 'tool' | 'roles'>[];
  readonly facts: readonly Fact[];
}

const principal = { id: 'cus_1', role: 'customer', tenant: 'larkspur' };
const ana = { id: 'ana', role: 'claims_agent', tenant: 'larkspur' };

if (import.meta.main) await live(lifeSchema.parse(JSON.parse(process.argv[2] ?? '')));

async function live(life: Life): Promise<void> {
  const { dataDir, word } = life;
  await using database = await openHarnessDatabase({ kind: 'pglite', dataDir });
  await using harness = await createHarness({
    agents: [
      defineAgent({
        name: 'claims',
        prompt: definePrompt('claims', 'You claim.'),
        tools: [fileClaim(life)],
        handoffs: [],
        turnLimit: 3,
      }),
    ],
    entry: 'claims',
    model: scriptedModel({
      name: 'claim once',
      plays: [
        {
          name: 'claim',
          when: ({ messages }) => messages.length === 1,
          answer: () => ({ calls: [{ tool: 'fileClaim', input: { parcel: 'P-1' } }] }),
        },
        { name: 'answer', when: () => true, answer: () => ({ text: 'Done.' }) },
      ],
    }),
    backing: await durableBacking({
      database,
      identity: { application: 'unkeyed', version: 'v1', executorId: 'one' },
      recoveryPollingMs: 5,
    }),
  });
  await harness.send({ sessionId: 's', messageId: 'r', text: 'claim', principal });
  const ended = harness.outcome('r');
  const asked = await answerQuestions(harness, { word, ended });
  const facts = (await harness.events('s')).map(({ fact }) => fact);
  process.stdout.write(JSON.stringify({ asked, facts } satisfies LifeReport));
}

function fileClaim({ book, effect, carrier }: Life): Tool {
  const claim = {
    name: 'fileClaim',
    version: '1',
    owner: 'tests',
    description: 'Files a claim.',
    input: z.object({ parcel: z.string() }),
    output: z.object({ claims: z.number() }),
    agents: ['claims'],
    execute: async ({ parcel }: { parcel: string }) => {
      if (carrier === 'hangs-before') await hang(`${book}.begun`);
      appendFileSync(book, `${parcel}\n`);
      if (carrier === 'hangs-after') await hang(`${book}.begun`);
      return { claims: readFileSync(book, 'utf8').split('\n').length - 1 };
    },
  };
  return effect === 'keyed'
    ? defineTool({ ...claim, effect })
    : defineTool({ ...claim, effect, reconcileRoles: [ana.role] });
}

/** Says that it has come so far, and goes no further. */
async function hang(mark: string): Promise<never> {
  appendFileSync(mark, 'begun\n');
  return new Promise(() => undefined);
}

/** Decides every question that comes before the run has ended. */
async function answerQuestions(
  { approvals }: Harness,
  { word, ended }: { readonly word: Life['word']; readonly ended: Promise<unknown> },
): Promise<LifeReport['asked']> {
  for (let isOver = false; !isOver; ) {
    for (const { approvalId, status } of await approvals.list(principal.tenant, 's')) {
      if (status !== 'pending') continue;
      const verdict = word === 'happened' ? 'approve' : 'reject';
      await approvals.decide({ approvalId, by: ana, verdict, reason: 'I asked the carrier' });
    }
    isOver = await Promise.race([ended.then(() => true), pause(20, false)]);
  }
  const listed = await approvals.list(principal.tenant, 's');
  return listed.map(({ approvalId, tool, roles }) => ({ approvalId, tool, roles }));
}
