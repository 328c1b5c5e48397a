/** The client library: a session over HTTP and WebSocket, in a browser or in Node. */
export { askApi, RequestRefusedError } from './api-client.ts';
export {
  type Connection,
  ConnectionRefusedError,
  type ConnectionStatus,
  type ConnectOptions,
  connect,
} from './connect.ts';
export {
  type Conversation,
  type ConversationPart,
  emptyConversation,
  foldConversation,
} from './fold-conversation.ts';
export type { Platform } from './platform.ts';
export type { SessionState } from './protocol.ts';
