import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerRequest } from './answer-request.ts';
import type { Business, WorldSeed } from './business.ts';
import { createWorldState, type WorldState } from './create-world-state.ts';
import type { LedgerEntry } from './ledger.ts';
import type { WorldJournal } from './world-journal.ts';

/** One isolated business. It lives as long as its server, whatever becomes of those who speak to it. */
export interface World {
  readonly id: string;
  /** All that a tool needs to know of it, in this process or another: see worldClient. */
  readonly url: string;
  /** What it holds now, canonical: lists are sorted by id. */
  readonly snapshot: () => Business;
  /** Every request for an effect that reached it, in order. */
  readonly ledger: () => readonly LedgerEntry[];
}

export interface WorldServer {
  readonly url: string;
  /** Of the seed, and of what `journal` has kept, which keeps what comes. */
  readonly createWorld: (seed: WorldSeed, journal?: WorldJournal) => World;
  readonly close: () => Promise<void>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

/** Serves worlds over HTTP on a free port of the loopback interface. */
export async function startWorldServer(): Promise<WorldServer> {
  const worlds = new Map<string, WorldState>();
  const server = createServer((request, response) => {
    void answerRequest(worlds, request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${addressOf(server).port}`;
  const close = (): Promise<void> => closeServer(server);
  return {
    url,
    createWorld: (seed, journal) => {
      const id = `w${worlds.size + 1}`;
      const state = createWorldState(seed, journal);
      worlds.set(id, state);
      const { snapshot, ledger } = state;
      return { id, url: `${url}/worlds/${id}`, snapshot, ledger };
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function addressOf(server: Server): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('no TCP address');
  return address;
}

async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
