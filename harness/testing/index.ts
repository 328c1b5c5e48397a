/** The harness's simulated twins: the same contracts, without a database, a provider or the machine's clock. */
export { moneySource } from '../sandbox/guest/guest-source.ts';
export { chromiumOptions } from './chromium-options.ts';
export type {
  Conversation,
  ConversationCall,
  ConversationMessage,
  ConversationToolResult,
} from './conversation.ts';
export { memoryBacking } from './memory-backing.ts';
export { memoryKeyStore } from './memory-key-store.ts';
export { type MemoryStore, memoryStore } from './memory-store.ts';
export type { OpenAiFault } from './openai/fault.ts';
export { type OpenAiServer, type OpenAiServerOptions, startOpenAiServer } from './openai-server.ts';
export {
  hasTool,
  lastToolResult,
  type Play,
  type Playbook,
  type PlaybookAnswer,
  saidByUser,
} from './playbook.ts';
export { PlaybookExhaustedError } from './playbook-exhausted-error.ts';
export { type PostgresServer, startPostgres } from './postgres-server.ts';
export { type ScriptedModelOptions, scriptedModel } from './scripted-model.ts';
export { simulatedHost } from './simulated-host.ts';
export { testDatabases } from './test-databases.ts';
