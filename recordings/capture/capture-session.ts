import {
  type Agent,
  type Backing,
  createHarness,
  inLogicalOrder,
  type MemoryOptions,
  type SavedSession,
  type SessionEvent,
} from '#harness';
import { memoryBacking, simulatedHost } from '#harness/testing';
import { forkPrompts } from '../fork/fork-prompts.ts';
import type { ModelName } from '../format/header.ts';
import { asJson, firstDifference } from '../format/json.ts';
import type { Recording } from '../format/recording.ts';
import { createRecorder } from '../recorder/create-recorder.ts';
import { verifyRecording } from '../recorder/verify-recording.ts';
import { replayModel } from '../replayer/replay-model.ts';
import { UnplacedCallError } from '../replayer/unplaced-call-error.ts';
import { arrangeSlots } from './arrange-slots.ts';
import type { SavedPlace } from './capture-refused-error.ts';
import { type ChosenRuns, chooseRuns } from './choose-runs.ts';
import { forkOf } from './fork-of.ts';
import { lossesOf } from './losses-of.ts';
import { savedExchanges, unknownModel } from './saved-exchanges.ts';
import { savedAnswer } from './saved-output.ts';
import { type Walk, walkRuns } from './walk-runs.ts';

export interface CaptureOptions {
  readonly saved: SavedSession;
  /** What the recording is called. */
  readonly name: string;
  /** As the session had them, or nothing is captured. */
  readonly agents: readonly Agent[];
  /** Name of the agent that sessions begin with. */
  readonly entry: string;
  readonly memory?: MemoryOptions;
  /** Keeps the session as it was kept; in memory as it is, when absent. */
  readonly keeping?: (backing: Backing) => Backing;
  /** Only the first so many runs; all that have ended, by default. */
  readonly runs?: number;
}

export interface Captured {
  /** It was replayed twice. */
  readonly recording: Recording;
  /** Ids of runs that are not in it: in progress, waiting, or not asked for. */
  readonly left: readonly string[];
}

/**
 * A recording of a session that nobody recorded, made of what its database kept: the code of its runs is walked again over
 * the results of their steps, and what they ask on the way is recorded with what was answered then. No model is asked, no tool
 * runs. Step by step and event by event it must come to what it came to: where it does not, because agents, tools or the
 * harness are others than then, nothing is captured.
 * @throws CaptureRefusedError, NothingToCaptureError; RecordingNotReplayableError and UnrecordableError as for any recording.
 */
export async function captureSession(options: CaptureOptions): Promise<Captured> {
  const { saved, name, runs, ...subject } = options;
  const { agents, entry, memory, keeping = (inner) => inner } = subject;
  const { sessionId } = saved;
  const chosen = chooseRuns(saved, runs);
  const walk = walkRuns(sessionId, chosen, (place) => whyAskedOtherwise(place, chosen, agents));
  const fork = forkOf(sessionId, chosen);
  const told = forkPrompts(agents, fork?.from.prompts ?? {}, fork?.before ?? new Set());
  const model = fork?.model ?? modelOf(chosen) ?? unknownModel;
  const { exchanges, stepOf } = savedExchanges(walk, {
    runs: chosen.runs.length,
    model,
    summariser: memory?.summariser,
  });
  const recorder = createRecorder({
    inner: exchanges,
    name,
    made: `captured:${model.modelId}`,
    model,
    agents: [...agents, ...told.agents],
    losses: lossesOf(chosen),
    ...(fork === undefined ? {} : { forkedFrom: fork.from }),
    arrange: (slots) => arrangeSlots(slots, { runs: chosen.runs, stepOf }),
  });
  const host = simulatedHost({ startsAt: 0, seed: 1 });
  await using harness = await createHarness({
    agents,
    entry,
    model: replayModel(model, () => {
      throw new UnplacedCallError(name);
    }),
    backing: walk.along(keeping(memoryBacking(host))),
    host,
    exchanges: told.around(recorder.exchanges),
    ...(memory === undefined ? {} : { memory }),
  });
  for (const { request } of chosen.runs) {
    const { runId: messageId, mode = 'queue', text, principal } = request;
    await harness.send({ sessionId, messageId, text, principal, mode });
    await harness.outcome(messageId).catch((error: unknown) => {
      // What a run dies of follows from where it left its way.
      walk.check();
      throw error;
    });
  }
  walk.check();
  const events = await harness.events(sessionId);
  checkEvents(events, chosen, walk);
  const recording = recorder.finish(events);
  await verifyRecording({ recording, ...subject });
  return { recording, left: chosen.left };
}

/** Who answered first. */
function modelOf({ byId }: ChosenRuns): ModelName | undefined {
  for (const { output } of [...byId.values()].flatMap(({ steps }) => steps)) {
    const answer = savedAnswer(output);
    if (answer === undefined || !('asked' in answer) || answer.asked === undefined) continue;
    const { provider, modelId } = answer.asked;
    return { provider, modelId };
  }
  return undefined;
}

/** The log says which prompt a turn was told; of tools it says no more than that they changed. */
function whyAskedOtherwise(
  { runId, step }: SavedPlace,
  { events }: ChosenRuns,
  agents: readonly Agent[],
): string {
  const turn = events.find((each) => each.runId === runId && each.step === step)?.fact;
  const agent =
    turn?.type === 'model-turn-completed'
      ? agents.find(({ name }) => name === turn.agent)
      : undefined;
  if (turn?.type === 'model-turn-completed' && agent?.prompt.fingerprint !== turn.prompt) {
    return promptIsAnother(turn.agent);
  }
  return 'the model would be asked something else today: tools, settings or what composes the request are not those of then';
}

const promptIsAnother = (agent: string): string => `${agent} has another prompt today than then`;

/** The log is the second witness. */
function checkEvents(events: readonly SessionEvent[], chosen: ChosenRuns, walk: Walk): void {
  const told = inLogicalOrder(events);
  const kept = inLogicalOrder(chosen.events);
  for (let index = 0; index < Math.max(told.length, kept.length); index += 1) {
    const [now, then] = [told[index], kept[index]];
    const at = then ?? now;
    if (at === undefined) continue;
    const difference = firstDifference('event', witness(then), witness(now));
    if (difference === undefined) continue;
    const { runId, step, fact } = at;
    const run = 1 + chosen.runs.findIndex(({ request }) => request.runId === runId);
    const isPrompt = fact.type === 'model-turn-completed' && difference.pointer === '/fact/prompt';
    throw walk.refuse(
      { runId, run, step },
      isPrompt
        ? promptIsAnother(fact.agent)
        : `today ${fact.type} is told otherwise (${difference.pointer || 'or not at all'})`,
    );
  }
}

const witness = (event: SessionEvent | undefined): ReturnType<typeof asJson> =>
  event === undefined
    ? null
    : asJson({ runId: event.runId, step: event.step, ordinal: event.ordinal, fact: event.fact });
