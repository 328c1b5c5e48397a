/** The server: a harness over HTTP and WebSocket, and the page that shows its sessions. */
export type { Access } from './access.ts';
export { type IssuedKey, issueApiKey, issueKeyFor } from './api-key.ts';
export type { ServedHarness } from './served-harness.ts';
export { AddressUnusableError, KeysMissingError } from './server-start-error.ts';
export { type RunningServer, type ServerOptions, startServer } from './start-server.ts';
export type { ViewerLimits } from './viewers.ts';
