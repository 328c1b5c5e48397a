import type { ExchangePlace, Json } from '#harness';
import type { CallHeader, ForkedFrom } from '../format/header.ts';
import type { ModelFailure } from '../format/model-failure.ts';
import type { Definition, EventOutline, Exchange, RecordedSteering } from '../format/recording.ts';

/**
 * A recording as a list of steps that a person can look at. Plain data, and as long as the recording: what a model turn
 * read is kept as what it added to an earlier turn's, and `contextOf` puts it together.
 */
export interface Story {
  readonly name: string;
  /** `scripted`, `live:<model>`, `captured:<model>`, `imported:<format>`. */
  readonly made: string;
  /** Who answers where a turn names nobody; missing for what was imported, where each names its own. */
  readonly model?: { readonly provider: string; readonly modelId: string };
  readonly imported?: {
    readonly fidelity: CallHeader['fidelity'];
    /** Empty for calls that were recorded here. */
    readonly source: string;
    readonly losses: readonly string[];
  };
  /** What a session's recording does not hold; missing where it was recorded as it happened. */
  readonly losses?: readonly string[];
  /** Where it went its own way, whose first exchanges are those of another recording. */
  readonly forkedFrom?: Pick<ForkedFrom, 'name' | 'made' | 'at' | 'prompts'>;
  /** Texts and tools that model turns name by their ids. */
  readonly definitions: readonly Definition[];
  /** In order of appearance. */
  readonly lanes: readonly StoryLane[];
  /** In the order of the recording. */
  readonly steps: readonly StoryStep[];
  /** Step, type and the start of the fingerprint of each event of the session. */
  readonly events: EventOutline['outline'];
  /** Numbers of the lines that are not as they were written. */
  readonly editedLines: readonly number[];
  /** The line at which the file stops before its end; missing when it is whole. */
  readonly tornAt?: number;
}

/** Who acts, on one causal path. */
export interface Actor {
  /** Which run of the session; missing for what was imported. */
  readonly run?: number;
  /** 1 for the run's first sub-agent, 0 for the run itself. */
  readonly subAgent: number;
  /** Missing where no agent acts yet: a message arrives, a run begins. */
  readonly agent?: string;
}

/** All steps of one causal path. What a run reads before a turn stands in the lane of the turn. */
export interface StoryLane extends Actor {
  readonly lane: string;
  readonly steps: readonly number[];
  /** A sub-agent's: the model turn that sent it out. */
  readonly parent?: number;
}

interface StepBase extends Actor {
  /** Where it stands in `steps`. */
  readonly index: number;
  /** Its line in the recording's file. */
  readonly line: number;
  readonly place: ExchangePlace;
}

export interface MessageStep extends StepBase {
  readonly kind: 'message';
  readonly text: string;
  readonly principal: Extract<Exchange, { t: 'message' }>['principal'];
  /** Said to the run in progress. */
  readonly steers: boolean;
}

/** A person has cleared the session: what runs told before is in no log any more. */
export interface ClearStep extends StepBase {
  readonly kind: 'clear';
  readonly by: Extract<Exchange, { t: 'clear' }>['by'];
  /** What was in progress was ended for it. */
  readonly force: boolean;
}

/** Messages that a run read before a model turn. */
export interface SteeringStep extends StepBase {
  readonly kind: 'steering';
  readonly messages: readonly RecordedSteering[];
}

export interface ModelStep extends StepBase {
  readonly kind: 'model';
  /** The model that was asked, where it is not the recording's. */
  readonly model?: string;
  /** Missing when only the answer was kept. */
  readonly context?: ContextDelta;
  readonly answer: Answer;
}

export interface ToolStep extends StepBase {
  readonly kind: 'tool';
  readonly call: string;
  readonly tool: string;
  readonly input: Json;
  /** What the tool says it changes; missing where nobody said. */
  readonly effect?: Extract<Exchange, { t: 'tool' }>['effect'];
  readonly outcome: Extract<Exchange, { t: 'tool' }>['outcome'];
  /** The model turn that asked for it. */
  readonly askedBy?: number;
}

/** A person was asked about a call, or about a plan. */
export interface DecisionStep extends StepBase {
  readonly kind: 'decision';
  readonly call: string;
  readonly tool: string;
  readonly input: Json;
  readonly decision: Extract<Exchange, { t: 'decision' }>['decision'];
  /** The model turn whose call or plan it is about. */
  readonly askedBy?: number;
  /** The attempt of the tool that made it necessary. */
  readonly about?: number;
}

export interface ClockStep extends StepBase {
  readonly kind: 'clock';
  /** Milliseconds since the epoch. */
  readonly value: number;
}

export interface DiceStep extends StepBase {
  readonly kind: 'dice';
  readonly value: string;
}

export type StoryStep =
  | MessageStep
  | ClearStep
  | SteeringStep
  | ModelStep
  | ToolStep
  | DecisionStep
  | ClockStep
  | DiceStep;

/** What a model turn read, as the difference to an earlier one. */
export interface ContextDelta {
  /** The lane's previous model turn, or, for a lane's first, the session's latest; missing for the very first. */
  readonly since?: number;
  /** Messages taken over from the start of that turn's. */
  readonly kept: number;
  /** Messages of that turn's which are gone. */
  readonly dropped: number;
  readonly added: readonly Json[];
  /** Ids of prompts. */
  readonly system: readonly string[];
  /** Ids of tool definitions. */
  readonly tools: readonly string[];
  readonly settings: Readonly<Record<string, Json>>;
}

/** What a model said. */
export interface Answer {
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly AskedCall[];
  /** Its other parts, such as files, sources, and what tools came to that the provider ran; missing where there are none. */
  readonly others?: readonly Json[];
  /** As the AI SDK names it; missing when the answer broke off. */
  readonly finish?: string;
  readonly tokens: Tokens;
  readonly error?: ModelFailure;
}

export interface AskedCall {
  readonly call: string;
  readonly tool: string;
  /** The text itself where it is not JSON. */
  readonly input: Json;
  /** What came of it: attempts of the tool and decisions of people, in order. */
  readonly steps: readonly number[];
}

/** As far as they were counted. */
export interface Tokens {
  readonly input?: number;
  readonly output?: number;
  /** Part of `input` that the provider had cached. */
  readonly cached?: number;
  /** Part of `output` that was thought and not said. */
  readonly reasoning?: number;
}
