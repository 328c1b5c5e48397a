import type { Config } from '#harness';
import {
  businessDifference,
  checkCard,
  isPaidTurn,
  type ModelMode,
  type Observation,
  openModel,
  playScenario,
  type SavedStep,
  type Scenario,
  startWorldServer,
  type TwoWays,
  twoWays,
  type WorldServer,
} from '#scenarios';
import type { PlaybookName } from '../runner/eval-options.ts';

/** What doing a task came to. */
export interface WayFigures {
  /** Lines of the task's card that do not hold; none where it was done. */
  readonly faults: readonly string[];
  /** In and out, of every model call that was paid for. */
  readonly tokens: number;
  readonly steps: number;
  /** Steps that follow each other: of sub-agents, which work side by side, only the longest way counts. */
  readonly path: number;
  /** As it took here; with a scripted model it is the machine's time and no provider's. */
  readonly latencyMs: number;
}

export interface ComparedTask {
  readonly task: string;
  readonly message: string;
  readonly single: WayFigures;
  readonly supervised: WayFigures;
  /** Where the business ends otherwise under the supervisor; absent where it is the same. */
  readonly difference?: string;
}

export interface WayComparison {
  readonly tasks: number;
  /** Tasks after which the business is the same both ways. */
  readonly equal: number;
  /** Tasks that were done as their cards say, both ways. */
  readonly done: number;
  readonly means: Readonly<Record<'single' | 'supervised', Omit<WayFigures, 'faults'>>>;
  readonly compared: readonly ComparedTask[];
}

export interface CompareOptions {
  readonly model: 'scripted' | 'live';
  readonly config: Config;
  /** The first so many; all by default. */
  readonly tasks?: number;
  /** What the scripted model under the supervisor plays; gold by default. Alone it is gold always. */
  readonly playbook?: PlaybookName;
  readonly signal?: AbortSignal;
  readonly progress?: (line: string) => void;
}

/** S-09: does the same tasks by one agent at a time and under a supervisor, each in a world of its own. */
export async function compareWays(options: CompareOptions): Promise<WayComparison> {
  await using worldServer = await startWorldServer();
  const compared: ComparedTask[] = [];
  for (const task of twoWays.slice(0, options.tasks)) {
    const each = await compareTask(task, worldServer, options);
    compared.push(each);
    options.progress?.(`${each.task}: ${each.difference ?? 'the same both ways'}`);
  }
  const isDone = ({ single, supervised }: ComparedTask): boolean =>
    single.faults.length + supervised.faults.length === 0;
  return {
    tasks: compared.length,
    equal: compared.filter(({ difference }) => difference === undefined).length,
    done: compared.filter(isDone).length,
    means: {
      single: meanOf(compared.map(({ single }) => single)),
      supervised: meanOf(compared.map(({ supervised }) => supervised)),
    },
    compared,
  };
}

async function compareTask(
  { single, supervised }: TwoWays,
  worldServer: WorldServer,
  options: CompareOptions,
): Promise<ComparedTask> {
  const alone = await play(single, worldServer, { ...options, playbook: 'gold' });
  const led = await play(supervised, worldServer, options);
  const difference = businessDifference(alone.seen, led.seen);
  return {
    task: single.id,
    message: single.messages.map(({ text }) => text).join(' '),
    single: alone.figures,
    supervised: led.figures,
    ...(difference === undefined ? {} : { difference }),
  };
}

async function play(
  scenario: Scenario,
  worldServer: WorldServer,
  { model, config, playbook = 'gold', signal }: CompareOptions,
): Promise<{ readonly seen: Observation; readonly figures: WayFigures }> {
  const mode: ModelMode =
    model === 'live' ? { kind: 'live', config } : { kind: 'scripted', playbook };
  await using opened = await openModel(scenario, mode);
  const startedAt = performance.now();
  const seen = await playScenario(scenario, {
    worldServer,
    model: opened.model,
    ...(signal === undefined ? {} : { signal }),
  });
  const latencyMs = Math.round(performance.now() - startedAt);
  const paid = seen.events.flatMap(({ fact }) => (isPaidTurn(fact) ? [fact.usage] : []));
  const figures = {
    faults: checkCard(scenario, seen)
      .filter(({ ok }) => !ok)
      .map(({ reason }) => reason),
    tokens: paid.reduce(
      (sum, { inputTokens, outputTokens }) => sum + inputTokens + outputTokens,
      0,
    ),
    steps: seen.savedSteps.length,
    path: pathOf(seen.savedSteps),
    latencyMs,
  };
  return { seen, figures };
}

/** Of each run its own steps, and of those that worked for it the most that one of them took. */
function pathOf(steps: readonly SavedStep[]): number {
  const runs = Map.groupBy(steps, ({ run }) => run);
  return [...runs.values()].reduce((sum, ofRun) => {
    const branches = Map.groupBy(ofRun, ({ sub = 0 }) => sub);
    const own = branches.get(0)?.length ?? 0;
    branches.delete(0);
    return sum + own + Math.max(0, ...[...branches.values()].map((branch) => branch.length));
  }, 0);
}

function meanOf(figures: readonly WayFigures[]): Omit<WayFigures, 'faults'> {
  const mean = (read: (each: WayFigures) => number): number =>
    figures.reduce((sum, each) => sum + read(each), 0) / figures.length;
  return {
    tokens: mean(({ tokens }) => tokens),
    steps: mean(({ steps }) => steps),
    path: mean(({ path }) => path),
    latencyMs: mean(({ latencyMs }) => latencyMs),
  };
}
