import type { Host, Json } from '#harness';
import { memoryBacking, type Playbook, scriptedModel } from '#harness/testing';
import { checkApprovalsBound } from '../checkers/approvals-bound.ts';
import { checkOneRun } from '../checkers/one-run.ts';
import { checkRefundTotals } from '../checkers/refund-totals.ts';
import { checkToolResults } from '../checkers/tool-results.ts';
import type { Violation } from '../checkers/violation.ts';
import type { Mutant } from '../mutants/mutant.ts';
import type { HumanDecision, Scenario } from '../scenario/define-scenario.ts';
import { playScenario } from '../scenario/play-scenario.ts';
import { scenarioNamed } from '../suites/scenario-named.ts';
import { type Stage, switched } from './trial.ts';

// Sessions in which billing asks for one refund after another, whatever becomes of them.

export interface Asked {
  readonly refunds: readonly Json[];
  /** What is otherwise than in H-01. */
  readonly card: Partial<Scenario>;
  readonly host?: Host;
}

/** Plays it and asks all the checkers that need no other history to compare with. */
export async function playRefunds(
  stage: Stage,
  mutant: Mutant,
  { refunds, card, host }: Asked,
): Promise<readonly Violation[]> {
  const seen = await playScenario(
    { ...scenarioNamed('H-01'), ...card },
    {
      worldServer: stage.worldServer,
      signal: stage.signal,
      backing: memoryBacking(host),
      model: scriptedModel(askingFor(refunds)),
      ...(host === undefined ? {} : { host }),
      ...switched(mutant, stage),
    },
  );
  return [
    ...checkRefundTotals(seen),
    ...checkApprovalsBound(seen),
    ...checkToolResults(seen),
    ...checkOneRun(seen),
  ];
}

/** Of Hana's lost parcel: more than the desk may refund by itself. */
export const refund = (change: { readonly [name: string]: Json } = {}): Json => ({
  chargeId: 'ch_H1',
  amountMinor: 6450,
  currency: 'USD',
  reason: 'lost',
  ...change,
});

/** Ana's yes to a refund, at once. */
export const decision = (change: Partial<HumanDecision> = {}): HumanDecision => ({
  by: { id: 'ana', role: 'billing_agent', tenant: 'larkspur' },
  tool: 'issueRefund',
  verdict: 'approve',
  reason: 'in this trial',
  afterMs: 0,
  ...change,
});

function askingFor(refunds: readonly Json[]): Playbook {
  return {
    name: 'asking',
    plays: [
      {
        name: 'ask',
        when: () => true,
        answer: ({ messages }) => {
          const asked = messages.filter(({ role }) => role === 'assistant').length;
          if (asked === 0) {
            return { calls: [{ tool: 'handoff', input: { to: 'billing', reason: 'trial' } }] };
          }
          const input = refunds[asked - 1];
          return input === undefined
            ? { text: 'Done.' }
            : { calls: [{ tool: 'issueRefund', input }] };
        },
      },
    ],
  };
}
