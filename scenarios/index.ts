/** Scenarios: worlds, people, and what must hold afterwards. What other folders may use is listed here, by hand. */
export { businessDifference } from './checkers/business-difference.ts';
export type { Checker } from './checkers/checker.ts';
export {
  type ModelCall,
  type Observation,
  type SavedStep,
  type SessionObservation,
  toldIn,
} from './checkers/observation.ts';
export { checkRunStates } from './checkers/run-states.ts';
export { checkToolResults } from './checkers/tool-results.ts';
export type { Invariant, OwnInvariant, Violation } from './checkers/violation.ts';
export { deskSubject } from './desk/desk-subject.ts';
export type { Business, WorldSeed } from './desk/world/business.ts';
export type { LedgerEntry } from './desk/world/ledger.ts';
export { type WorldClient, worldClient } from './desk/world/world-client.ts';
export { startWorldServer, type World, type WorldServer } from './desk/world/world-server.ts';
export type { HarnessParts, Mutant } from './mutants/mutant.ts';
export { MutantUnknownError, mutantNamed, mutants } from './mutants/mutant-named.ts';
export type { CallAgent } from './scenario/calls/call-agent.ts';
export {
  type CaptureOptions,
  type CaptureReport,
  captureFrom,
  captureRecording,
  SessionUnknownError,
} from './scenario/capture/capture-recording.ts';
export { forkSession } from './scenario/capture/fork-session.ts';
export {
  type PromoteOptions,
  type PromoteReport,
  promoteRecording,
} from './scenario/capture/promote-recording.ts';
export { checkCard } from './scenario/card/check-card.ts';
export type { Finding } from './scenario/card/finding.ts';
export { isPaidTurn } from './scenario/card/paid-turn.ts';
export { replayChanges } from './scenario/changes/replay-changes.ts';
export {
  type CallPattern,
  defineScenario,
  type Scenario,
  ScenarioInvalidError,
} from './scenario/define-scenario.ts';
export type { AnswerCounts } from './scenario/fork/continue-recording.ts';
export {
  type ForkedSession,
  type ForkOptions,
  type ForkReport,
  forkRecording,
} from './scenario/fork/fork-recording.ts';
export type { Outcome, OutcomeDifference } from './scenario/fork/outcome.ts';
export {
  type RerecordOptions,
  type RerecordReport,
  rerecord,
} from './scenario/fork/rerecord.ts';
export { type ModelMode, type OpenModel, openModel } from './scenario/open-model.ts';
export { type PlayOptions, playScenario } from './scenario/play-scenario.ts';
export { playSession, type SessionOptions } from './scenario/play-session.ts';
export {
  type RecordOptions,
  type RecordReport,
  recordScenario,
} from './scenario/record-scenario.ts';
export { libraryPath, recordingPath } from './scenario/recording-path.ts';
export { type ReplayReport, replayRecording } from './scenario/replay-recording.ts';
export { runIdOf } from './scenario/run-id-of.ts';
export { scenarioExchanges } from './scenario/scenario-exchanges.ts';
export { recordingStatuses } from './scenario/status/recording-statuses.ts';
export {
  type RecordingState,
  type RecordingStatus,
} from './scenario/status/status-of.ts';
export type { AssembledSubject, Subject } from './scenario/subject.ts';
export { importNamed, isModulePath, ModuleUnusableError } from './suites/import-named.ts';
export { locateScenario, recordingBeside } from './suites/locate-scenario.ts';
export { ScenarioUnknownError, scenarioNamed, scenarios } from './suites/scenario-named.ts';
export { type TwoWays, twoWays } from './suites/supervision/two-ways.ts';
export type { Trial } from './trials/trial.ts';
export { trials } from './trials/trials.ts';
export {
  type MutantsReport,
  type TrialResult,
  TrialUnknownError,
  trialsNamed,
  tryMutants,
} from './trials/try-mutants.ts';
export { type CrashBackendName, crashBackendNames } from './verifier/crash-backend.ts';
export {
  type CrashPoint,
  CrashPointUnknownError,
  formatPoint,
  formatStep,
  type GoldenStep,
  type Moment,
  moments,
} from './verifier/crash-point.ts';
export { BaselineFailedError, type Verdict } from './verifier/judge.ts';
export {
  type PointResult,
  type PointViolation,
  type VerifyOptions,
  type VerifyReport,
  verifyScenario,
} from './verifier/verify-scenario.ts';
