/** What data is made of, and nothing that runs: for whoever reads what a harness has left, without loading one. */
export { handoffToolName } from './agent/handoff.ts';
export { canonicalJson, fingerprint } from './host/fingerprint.ts';
export { HarnessError } from './host/harness-error.ts';
export { openTextRedaction, redactText } from './safety/redact.ts';
export { addressless } from './safety/redaction/addressless.ts';
export { jsonSchema, principalSchema } from './session/event.ts';
