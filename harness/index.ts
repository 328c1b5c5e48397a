/** The harness: a durable agent runtime. What other folders may use of it is listed here, by hand. */
export { type AgentTeam, assembleTeam, TeamInvalidError } from './agent/agent-team.ts';
export { type Agent, defineAgent, definePrompt, type Prompt } from './agent/define-agent.ts';
export type { RunBudget } from './agent/dispatch/run-meter.ts';
export {
  type DecisionOutcome,
  type DispatchedCall,
  type ExchangePlace,
  type Exchanges,
  openExchanges,
  type PersonsClear,
  type PersonsMessage,
  type ToolCall,
  type ToolOutcome,
} from './agent/exchanges.ts';
export { handoffToolName } from './agent/handoff.ts';
export { type Route, type ScoredRoute, scoreRoute } from './agent/score-route.ts';
export {
  type Backing,
  createHarness,
  type Harness,
  type HarnessOptions,
  type IncomingMessage,
  type MemoryOptions,
} from './create-harness.ts';
export { databaseKeys } from './database-keys.ts';
export { type DurableBackingOptions, durableBacking } from './durable-backing.ts';
export { type Config, ConfigError, readConfig } from './host/config.ts';
export { canonicalJson, fingerprint } from './host/fingerprint.ts';
export { type ErrorParts, HarnessError } from './host/harness-error.ts';
export {
  type Clock,
  type Host,
  type Log,
  type Random,
  silentLog,
  systemHost,
} from './host/host.ts';
export type { LogDestination } from './host/log.ts';
export { errorFields } from './host/log-error.ts';
export { type LogLine, logLineSchema } from './host/log-line.ts';
export { moduleCommand } from './host/module-command.ts';
export { stripTypes } from './host/strip-types.ts';
export { jsonLog } from './json-log.ts';
export { type ContextWindow, createContextWindow } from './memory/context-window.ts';
export { createTokenCounter, loadTokenizer, type TokenCounter } from './memory/count-tokens.ts';
export { memoryMarker } from './memory/hydrate.ts';
export { planCompaction } from './memory/plan-compaction.ts';
export { type AskedContext, sharedPrefix } from './memory/prefix.ts';
export { readKept, type SummaryStore } from './memory/summary-store.ts';
export { type LiveModelOptions, liveModel, liveModelFromEnvironment } from './model/live-model.ts';
export { MissingKeyError } from './model/missing-key-error.ts';
export { ModelCallError, type ModelCallErrorCode } from './model/model-call-error.ts';
export { providerError } from './model/provider-error.ts';
export { openAudit } from './open-audit.ts';
export { openHarnessDatabase } from './open-harness-database.ts';
export { openRetention } from './open-retention.ts';
export { openSessions } from './open-sessions.ts';
export {
  type AuditEntry,
  type AuditHead,
  type AuditRow,
  type AuditStore,
  type AuditVerdict,
  auditRoot,
  verifyAudit,
} from './safety/audit.ts';
export { checkOutput, type OutputRules } from './safety/check-output.ts';
export { detectInjections, type InjectionFlag } from './safety/injection-detector.ts';
export type { Limit, LimitStore } from './safety/limits.ts';
export { checkPolicies, type Policy } from './safety/policies.ts';
export { openTextRedaction, type Redaction, redact, redactText } from './safety/redact.ts';
export { addressless } from './safety/redaction/addressless.ts';
export { placeholder as redactionPlaceholder } from './safety/redaction/placeholder.ts';
export {
  applyRetention,
  type RetentionParts,
  type RetentionReport,
  type RetentionRules,
} from './safety/retention.ts';
export { type CodeToolOptions, codeTool } from './sandbox/code-tool.ts';
export { CodeToolInvalidError } from './sandbox/code-tool-invalid-error.ts';
export type {
  Approval,
  ApprovalRequest,
  ApprovalStatus,
  ApprovalStore,
  Decision,
} from './session/approval.ts';
export {
  ApprovalDecidedError,
  type ApprovalDesk,
  DecisionRefusedError,
} from './session/approval-desk.ts';
export { ApprovalMissingError } from './session/approval-missing-error.ts';
export {
  type EventDraft,
  type Fact,
  type Failure,
  factSchema,
  type Json,
  jsonSchema,
  type Principal,
  principalSchema,
  type SessionEvent,
  type TextDelta,
  type Usage,
} from './session/event.ts';
export type { ApiKey, KeyHolder, KeyStore, ListedKey } from './session/key-store.ts';
export type { RunControl } from './session/run-control.ts';
export { readRunStates } from './session/run-state.ts';
export type { RunOutcome, RunRequest, StepName, StepObserver, Steps } from './session/runner.ts';
export type {
  RunAttributes,
  SavedRun,
  SavedSession,
  SavedStep,
} from './session/saved-session.ts';
export { SessionExpiredError, type SessionExpiry } from './session/session-expiry.ts';
export { createSessionFeed, type FeedItem, type SessionFeed } from './session/session-feed.ts';
export { openSessionLog } from './session/session-log.ts';
export type { RecordReader, SessionRecord, SessionStore } from './session/session-store.ts';
export type { SteeringMessage } from './session/steering.ts';
export { inLogicalOrder, isSubRun, runWorkedFor, subRunId } from './session/sub-run.ts';
export {
  openSessionArchive,
  type SessionArchive,
  sessionArchive,
} from './session-archive.ts';
export type { Database, DatabaseOptions } from './storage/open-database.ts';
export {
  type PgliteServer,
  startPgliteServer,
} from './storage/pglite/server/start-pglite-server.ts';
export {
  createScratchDatabase,
  type ScratchDatabase,
} from './storage/postgres/scratch-database.ts';
export { loggedStore } from './telemetry/logged-store.ts';
export {
  type ApprovalNeed,
  defineTool,
  type EffectClass,
  type Tool,
  type ToolContext,
  type TransactionalToolContext,
} from './tools/define-tool.ts';
export { RetryableToolError } from './tools/retryable-tool-error.ts';
export {
  createToolDirectory,
  type DirectoryChange,
  type DirectoryEntry,
  type ToolDirectory,
  ToolIncompleteError,
  ToolNameTakenError,
} from './tools/tool-directory.ts';
export type { ToolLimit } from './tools/tool-limit.ts';
export { ToolRefusal } from './tools/tool-refusal.ts';
