import type { LanguageModelV4 } from '@ai-sdk/provider';
import type { Failure, Json, Principal } from '../session/event.ts';
import type { RunRequest } from '../session/runner.ts';
import type { SteeringMessage } from '../session/steering.ts';
import type { ApprovalNeed, EffectClass } from '../tools/define-tool.ts';

/**
 * Where in a session an exchange happens: the lane is the causal path (`<run>`, `<run>/<agent>`), the ordinal counts
 * within it from 0. It is a function of what the run has done and not of time, so a step that runs again after a crash
 * asks at the same place. What no run does has a lane of its own: `clear`, one for each epoch that is over.
 */
export interface ExchangePlace {
  readonly lane: string;
  readonly ordinal: number;
}

/** What a person says, and whether to the run in progress. */
export type PersonsMessage = Pick<RunRequest, 'text' | 'principal' | 'mode'>;

/** A person's wish that the session begin anew, once it has. */
export interface PersonsClear {
  readonly by: Principal;
  /** What was in progress was ended for it. */
  readonly force: boolean;
}

/** What a tool call came to. A failure is an answer too: the model is shown it. */
export type ToolResult =
  /** `cached`: the run was answered so before, and the tool was not asked again. */
  | { readonly kind: 'completed'; readonly output: Json; readonly cached?: true }
  | { readonly kind: 'failed'; readonly error: Failure };

/** A result; or the tool's wish to have a person decide first, or say whether what it began has happened. */
export type ToolOutcome =
  | ToolResult
  | { readonly kind: 'approval-required'; readonly need: ApprovalNeed }
  | { readonly kind: 'effect-unknown'; readonly need: ApprovalNeed };

/** A person's answer, or the lack of one. */
export interface DecisionOutcome {
  readonly verdict: 'approved' | 'rejected' | 'expired' | 'cancelled';
  readonly decidedBy?: string;
  readonly reason?: string;
  /** What is approved: as asked, or as the decider changed it. */
  readonly input: Json;
}

export interface ToolCall {
  readonly tool: string;
  readonly callId: string;
  readonly input: Json;
}

/** A call on its way to its tool. */
export interface DispatchedCall extends ToolCall {
  /** What the tool says it changes; missing where the agent has no such tool, and so nothing runs. */
  readonly effect?: EffectClass;
}

/**
 * Everything a run asks of the world outside passes here: this is the seam at which sessions are recorded and replayed.
 * Contract: an implementation may answer by itself or let the given function answer; it keeps no order of its own.
 */
export interface Exchanges {
  /** A person's message arrived. */
  readonly message: (place: ExchangePlace, message: PersonsMessage) => void;
  /** A person has cleared the session. */
  readonly cleared: (place: ExchangePlace, clear: PersonsClear) => void;
  /** The model to call at this place. */
  readonly model: (place: ExchangePlace, model: LanguageModelV4) => LanguageModelV4;
  readonly tool: (
    place: ExchangePlace,
    call: DispatchedCall,
    execute: () => Promise<ToolOutcome>,
  ) => Promise<ToolOutcome>;
  /** A person is asked; `wait` resolves when they have decided, or time has. */
  readonly decision: (
    place: ExchangePlace,
    call: ToolCall,
    wait: () => Promise<DecisionOutcome>,
  ) => Promise<DecisionOutcome>;
  /** The run looks for messages meant for it; what it is answered it reads. The place is that of the model turn behind. */
  readonly steering: (
    place: ExchangePlace,
    look: () => readonly SteeringMessage[],
  ) => readonly SteeringMessage[];
  readonly clock: (place: ExchangePlace, read: () => number) => number;
  readonly dice: (place: ExchangePlace, roll: () => string) => string;
}

/** Lets everything through: a live session that nobody records. */
export const openExchanges: Exchanges = {
  message: () => undefined,
  cleared: () => undefined,
  model: (_place, model) => model,
  tool: (_place, _call, execute) => execute(),
  decision: (_place, _call, wait) => wait(),
  steering: (_place, look) => look(),
  clock: (_place, read) => read(),
  dice: (_place, roll) => roll(),
};

/** Where the clear stands by which an epoch began. The first epoch began with a message. */
export const clearPlace = (epoch: number): ExchangePlace => ({ lane: 'clear', ordinal: epoch - 2 });

/** Hands out the places of one run, by its number in the session (`2`, and `2.1` for its first sub-agent). Deterministic: the n-th exchange of a lane is number n in every life. */
export function placesOf(run: string): (agent: string) => ExchangePlace {
  const next = new Map<string, number>();
  return (agent) => {
    const lane = `${run}/${agent}`;
    const ordinal = next.get(lane) ?? 0;
    next.set(lane, ordinal + 1);
    return { lane, ordinal };
  };
}
