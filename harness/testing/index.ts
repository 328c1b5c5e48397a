/** The harness's simulated twins: the same contracts, without a database, a model or a clock of the machine. */
export { memoryBacking } from './memory-backing.ts';
export { memoryStore, type MemoryStore } from './memory-store.ts';
export { simulatedHost } from './simulated-host.ts';
