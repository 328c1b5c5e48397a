import type { Agent, Backing, MemoryOptions, Route } from '#harness';

/** Agents, and which of them new sessions begin with. */
export interface AssembledSubject {
  readonly agents: readonly Agent[];
  readonly entry: string;
  /** Keeps what its models are shown within a budget. */
  readonly memory?: MemoryOptions;
  /** Its sessions are kept otherwise than this version would keep them; as the backing does, when absent. */
  readonly keeping?: (backing: Backing) => Backing;
}

/**
 * The system under test. To bring your own: build its agents so that whatever they do outside goes to the world at
 * `worldUrl` (see worldClient), and name the subject on the scenario's card.
 */
export interface Subject {
  readonly name: string;
  /** Words that speak for one of its agents or another, for routing without a model; none by default. */
  readonly routes?: readonly Route[];
  /** Called anew in every life of a session: it keeps nothing and changes nothing. */
  readonly assemble: (parts: { readonly worldUrl: string }) => AssembledSubject;
}
