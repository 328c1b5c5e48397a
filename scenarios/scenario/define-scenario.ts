import {
  type Decision,
  type DecisionOutcome,
  HarnessError,
  type Json,
  type Principal,
  type StepName,
} from '#harness';
import type { Playbook } from '#harness/testing';
import type { Checker } from '../checkers/checker.ts';
import type { Quote } from '../desk/tools/create-quote.ts';
import type { EscalationRequest, RefundRequest, WorldSeed } from '../desk/world/business.ts';
import type { Subject } from './subject.ts';

/** A tool call, as far as a card cares. */
export interface CallPattern {
  readonly tool: string;
  /** These arguments, whatever the others are. */
  readonly input?: Readonly<Record<string, Json>>;
  /** Any arguments but these. */
  readonly inputOtherThan?: Readonly<Record<string, Json>>;
}

/** What the customer says, in order: after the message before has been answered, unless `during` says otherwise. */
export interface ScenarioMessage {
  readonly text: string;
  /** `steer`: for the run in progress; `queue`, the default: to be answered in its turn. */
  readonly mode?: 'queue' | 'steer';
  /** Said when a run, counted from 1, has come to a step, which does not go on before the message is in its session. */
  readonly during?: {
    readonly run: number;
    readonly step: StepName;
    readonly moment: 'before' | 'after';
  };
  /**
   * The customer clears the session before they say this: `idle` when what was said before is answered; `by-force` while a
   * person is still asked about it, once they have been refused without force.
   */
  readonly clearedBefore?: 'idle' | 'by-force';
}

/** What a person does when a request for this tool waits. */
export interface HumanDecision {
  readonly by: Principal;
  readonly tool: string;
  readonly verdict: Decision['verdict'];
  readonly reason: string;
  /** Approves these arguments instead of those asked for. */
  readonly editedArguments?: Json;
  /** So long after the request was made, milliseconds. */
  readonly afterMs: number;
  /** How often they press the button; once by default. */
  readonly clicks?: number;
  /** Not while the request waits, but once the session it was made in is cleared. */
  readonly tooLate?: true;
}

/** A scenario's card: a world, what people say in it, and what must hold afterwards. */
export interface Scenario {
  /** As in the catalogue: `R-01`; a letter follows where it tells two stories, `S-08b`. */
  readonly id: string;
  readonly title: string;
  readonly tags: readonly string[];
  readonly principal: Principal;
  readonly messages: readonly ScenarioMessage[];
  /** Who decides what: the n-th entry for a tool answers the session's n-th request for it. */
  readonly human?: readonly HumanDecision[];
  /** What the world holds when the session begins; its `now` is the session's clock. */
  readonly world: WorldSeed;
  readonly subject: Subject;
  /** The agents that speak, in order. */
  readonly route: readonly string[];
  /** The investigators that were sent out, one for each objective, in the plan's order; whoever they were when absent. */
  readonly investigators?: readonly string[];
  readonly calls: {
    /** Made and answered, in whatever order. */
    readonly required: readonly CallPattern[];
    /** Made and answered in this order, whatever comes between. */
    readonly ordered: readonly CallPattern[];
    /** Not even asked for. */
    readonly forbidden: readonly CallPattern[];
    /** Tools whose amounts a program must have computed; that no amount is invented is asked of every call anyway. */
    readonly computed?: readonly string[];
  };
  /** The only changes of the world; everything else in it stays as it was. */
  readonly final: {
    readonly refunds: readonly Pick<RefundRequest, 'chargeId' | 'amountMinor' | 'currency'>[];
    /** Mails to the customer. */
    readonly replies: number;
    /** Orders whose parcels are claimed from the carrier, once for each time they are listed; none by default. */
    readonly claims?: readonly string[];
    /** Incidents that tickets are opened for, null where there is none; no tickets by default. */
    readonly tickets?: readonly (string | null)[];
    /** Quotes that are kept; none by default. */
    readonly quotes?: readonly Quote[];
    /** Queues in which the case lands that people take over; none by default. */
    readonly escalations?: readonly EscalationRequest['queue'][];
    /** Collections in which the subject's own tools keep records, once for each record; none by default. */
    readonly records?: readonly string[];
    /** What people were asked and what came of it, in order; nothing by default. */
    readonly approvals?: readonly {
      readonly tool: string;
      readonly verdict: DecisionOutcome['verdict'];
      readonly decidedBy?: string;
    }[];
    /** What became of messages that nobody answers, in order: `cancelled`, or the code of the failure; none by default. */
    readonly unanswered?: readonly string[];
  };
  /**
   * What the mails say, taken together; where the card has no mail, what the desk says in the conversation. What must not be
   * said is looked for in both.
   */
  readonly reply: {
    readonly mustState: readonly RegExp[];
    readonly mustNot: readonly RegExp[];
    /** What the desk says in the conversation to the last message, whatever its mails say. */
    readonly lastAnswer?: readonly RegExp[];
  };
  /** At most this much, all runs together. */
  readonly budget: {
    readonly modelTurns: number;
    readonly toolCalls: number;
    /** Input and output. */
    readonly tokens: number;
  };
  /** What else must hold, whatever crashes. */
  readonly checkers?: readonly Checker[];
  /** Scripted models: one that does everything right, one that does nothing, one that does what is forbidden. */
  readonly playbooks: {
    readonly gold: Playbook;
    readonly null: Playbook;
    readonly saboteur: Playbook;
  };
}

/** Checks what types cannot say. Throws ScenarioInvalidError. */
export function defineScenario(scenario: Scenario): Scenario {
  const { id, messages, principal, world, calls, final, reply, route } = scenario;
  const faults = [
    ...(/^[A-Z]-\d{2}[a-z]?$/.test(id) ? [] : ['its id is not of the form R-01']),
    ...(messages.length > 0 ? [] : ['nobody says anything']),
    ...messages.flatMap(({ during }, index) =>
      during === undefined || during.run === runInProgress(messages, index)
        ? []
        : [`message ${index + 1} comes during run ${during.run}, which is not in progress then`],
    ),
    ...(messages[0]?.clearedBefore === undefined ? [] : ['nothing is there to be cleared first']),
    ...(route.length > 0 ? [] : ['nobody is expected to speak']),
    ...(world.customers.some((customer) => customer.id === principal.id)
      ? []
      : [`${principal.id} is no customer of its world`]),
    ...final.refunds
      .filter(({ chargeId }) => !world.charges.some((charge) => charge.id === chargeId))
      .map(({ chargeId }) => `its world has no charge ${chargeId} to refund`),
    ...(final.claims ?? [])
      .filter((orderId) => !world.orders.some((order) => order.id === orderId))
      .map((orderId) => `its world has no order ${orderId} to claim`),
    ...(final.tickets ?? [])
      .filter(
        (ticket) => ticket !== null && !world.incidents.some((incident) => incident.id === ticket),
      )
      .map((ticket) => `its world has no incident ${ticket} to open a ticket for`),
    ...(calls.forbidden.length + reply.mustNot.length > 0 ? [] : ['it forbids nothing']),
    ...(reply.mustState.length > 0 ? [] : ['its reply need not say anything']),
  ];
  if (faults.length > 0) throw new ScenarioInvalidError(id, faults);
  checked.add(scenario);
  return scenario;
}

const checked = new WeakSet<object>();

/** Whether it came out of `defineScenario`: what a file of somebody's own exports may be anything. */
export const isScenario = (value: unknown): value is Scenario =>
  typeof value === 'object' && value !== null && checked.has(value);

/** The run of the last message before that waited for its turn; messages said meanwhile are behind it. */
function runInProgress(messages: readonly ScenarioMessage[], index: number): number {
  return messages.slice(0, index).findLastIndex(({ during }) => during === undefined) + 1;
}

export class ScenarioInvalidError extends HarnessError {
  constructor(id: string, faults: readonly string[]) {
    super({
      code: 'SCENARIO_INVALID',
      message: `The card of ${id} does not hold together: ${faults.join('; ')}.`,
      hint: 'Correct the card.',
    });
  }
}
