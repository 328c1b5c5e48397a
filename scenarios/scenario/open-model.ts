import {
  type Config,
  type Exchanges,
  type HarnessOptions,
  liveModel,
  MissingKeyError,
} from '#harness';
import { type OpenAiServer, scriptedModel, startOpenAiServer } from '#harness/testing';
import { openReplay, type Recording, type Replay, type ReplayOptions } from '#recordings';
import type { Scenario } from './define-scenario.ts';

/**
 * Who answers for the model. `live`: an OpenAI-compatible provider. `scripted`: a playbook, in this process.
 * `scripted-http`: the same playbook behind HTTP, spoken to by the provider's adapter. `recorded`: a recording.
 */
export type ModelMode =
  | { readonly kind: 'live'; readonly config: Config }
  | { readonly kind: 'scripted'; readonly playbook?: keyof Scenario['playbooks'] }
  | { readonly kind: 'scripted-http'; readonly playbook?: keyof Scenario['playbooks'] }
  | {
      readonly kind: 'recorded';
      readonly recording: Recording;
      /** What answers nobody asked for mean at the end; see ReplayOptions. */
      readonly unconsumed?: ReplayOptions['unconsumed'];
      /** Who decides: `live`, the scenario's people, by default. */
      readonly people?: ReplayOptions['people'];
    };

export interface OpenModel extends AsyncDisposable {
  readonly model: HarnessOptions['model'];
  /** What a recording made with it says of itself: `live:<model>` or `scripted`. */
  readonly made: string;
  /** Stands before a session's exchanges. */
  readonly exchanges: (inner: Exchanges) => Exchanges;
  /** Of a recorded model: what the replay came to. */
  readonly replay: () => Replay | undefined;
}

/** The model a live session uses when the environment names none. */
const defaultLiveModel = 'gpt-5-mini';

/** Chooses the model by mode; nothing else of a harness differs between modes. Throws MissingKeyError for `live` without a key. */
export async function openModel(scenario: Scenario, mode: ModelMode): Promise<OpenModel> {
  const open = { exchanges: (inner: Exchanges) => inner, replay: () => undefined };
  switch (mode.kind) {
    case 'live':
      return {
        ...open,
        ...(await openLive(mode.config)),
        [Symbol.asyncDispose]: async () => undefined,
      };
    case 'scripted':
      return {
        ...open,
        model: scriptedModel(scenario.playbooks[mode.playbook ?? 'gold']),
        made: 'scripted',
        [Symbol.asyncDispose]: async () => undefined,
      };
    case 'scripted-http':
      return { ...open, ...(await openServed(scenario, mode.playbook ?? 'gold')) };
    case 'recorded':
      return openRecorded(mode);
  }
}

async function openLive(config: Config): Promise<Pick<OpenModel, 'model' | 'made'>> {
  const { openAiApiKey: apiKey, openAiBaseUrl: baseUrl, model = defaultLiveModel } = config;
  if (apiKey === undefined) throw new MissingKeyError();
  return {
    model: await liveModel({ apiKey, model, ...(baseUrl === undefined ? {} : { baseUrl }) }),
    made: `live:${model}`,
  };
}

/** The name a served playbook goes by: no provider's model, so that nobody takes its answers for one's. */
const servedModel = 'scripted-playbook';

async function openServed(
  scenario: Scenario,
  playbook: keyof Scenario['playbooks'],
): Promise<Pick<OpenModel, 'model' | 'made' | typeof Symbol.asyncDispose>> {
  const server: OpenAiServer = await startOpenAiServer({
    playbook: scenario.playbooks[playbook],
    model: servedModel,
  });
  return {
    model: await liveModel({ apiKey: 'none-needed', baseUrl: server.url, model: servedModel }),
    made: 'scripted',
    [Symbol.asyncDispose]: () => server.close(),
  };
}

function openRecorded({
  recording,
  unconsumed = 'diverge',
  people = 'live',
}: Extract<ModelMode, { kind: 'recorded' }>): OpenModel {
  let replay: Replay | undefined;
  return {
    // Stands in for the one that is asked through the exchanges, and refuses whoever asks it directly.
    model: openReplay(recording, { tools: 'recorded' }).model,
    made: recording.header.made,
    exchanges: (inner) => {
      // The question must be the recorded one; people answer it anew. What they then decide otherwise shows in what follows.
      replay = openReplay(recording, {
        tools: 'live',
        people,
        inner,
        unconsumed,
        unkeyed: 'run',
      });
      return replay.exchanges;
    },
    replay: () => replay,
    [Symbol.asyncDispose]: async () => undefined,
  };
}
