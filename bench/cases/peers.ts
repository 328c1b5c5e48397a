import { LLMock } from '@copilotkit/aimock';
import FetchAdapter from '@pollyjs/adapter-fetch';
import { Polly } from '@pollyjs/core';
import Persister, { type Har } from '@pollyjs/persister';
import { HttpResponse, http } from 'msw';
import { setupServer } from 'msw/node';

// What others replay a model's answer with. All answer the HTTP request of a provider, whose own work they share.
//
//   P1. Each is switched on for its samples only, because most of them patch the whole process.
//   P2. Each gives the same text; a streamed one in as many pieces.

/** An answer of OpenAI's chat API, as it goes over the wire. */
export interface WireAnswer {
  readonly body: string;
  readonly contentType: 'application/json' | 'text/event-stream';
  readonly text: string;
  readonly pieceLength: number;
  /** Sends the provider's request to this base URL once. */
  readonly ask: (baseUrl: string) => Promise<void>;
}

/** Something that stands ready with an answer. */
interface Peer extends AsyncDisposable {
  /** Where the provider sends its requests to. */
  readonly baseUrl: string;
}

const baseUrl = 'http://api.example/v1';
const path = '/chat/completions';

export const peers = {
  msw: openMsw,
  nock: openNock,
  aimock: openAimock,
  Polly: openPolly,
} as const;

async function openMsw({ body, contentType }: WireAnswer): Promise<Peer> {
  const server = setupServer(
    http.post(baseUrl + path, () =>
      HttpResponse.text(body, { headers: { 'content-type': contentType } }),
    ),
  );
  server.listen({ onUnhandledFrame: 'error' });
  return { baseUrl, [Symbol.asyncDispose]: async () => server.close() };
}

async function openNock({ body, contentType }: WireAnswer): Promise<Peer> {
  // It patches the process when it is loaded.
  const { default: nock } = await import('nock');
  if (!nock.isActive()) nock.activate();
  const { origin, pathname } = new URL(baseUrl + path);
  nock(origin).persist().post(pathname).reply(200, body, { 'content-type': contentType });
  return {
    baseUrl,
    [Symbol.asyncDispose]: async () => {
      nock.cleanAll();
      nock.restore();
    },
  };
}

async function openAimock({ text, pieceLength }: WireAnswer): Promise<Peer> {
  const server = new LLMock({ port: 0, chunkSize: pieceLength, logLevel: 'silent' });
  server.onMessage(/./, { content: text });
  await server.start();
  return {
    baseUrl: `${server.url}/v1`,
    [Symbol.asyncDispose]: () => server.stop(),
  };
}

/** Records the answer of a server that is gone when it is replayed. */
async function openPolly(answer: WireAnswer): Promise<Peer> {
  const origin = await openAimock(answer);
  const keeping = memoryPersister();
  const open = (mode: 'record' | 'replay'): Polly =>
    new Polly('answer', {
      mode,
      adapters: [Fetching],
      persister: keeping,
      recordIfMissing: false,
      matchRequestsBy: { order: false },
      logLevel: 'silent',
    });
  const recording = open('record');
  await answer.ask(origin.baseUrl);
  await recording.stop();
  await origin[Symbol.asyncDispose]();
  const replaying = open('replay');
  return { baseUrl: origin.baseUrl, [Symbol.asyncDispose]: () => replaying.stop() };
}

/** Its types say that it has a default, and loaded by Node it is that. */
const Fetching = 'default' in FetchAdapter ? FetchAdapter.default : FetchAdapter;
const Keeping = 'default' in Persister ? Persister.default : Persister;

/** Polly keeps recordings in files, or here. */
function memoryPersister() {
  const kept = new Map<string, Har>();
  return class extends Keeping {
    static override readonly id = 'memory';
    override async onFindRecording(id: string): Promise<Har | null> {
      return kept.get(id) ?? null;
    }
    override async onSaveRecording(id: string, recording: Har): Promise<void> {
      kept.set(id, recording);
    }
  };
}
