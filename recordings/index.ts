/** What happened: sessions recorded, and replayed. What other folders may use of it is listed here, by hand. */

export type { AttachedTelemetry } from './calls/telemetry.ts';
export { CaptureRefusedError } from './capture/capture-refused-error.ts';
export { type Captured, type CaptureOptions, captureSession } from './capture/capture-session.ts';
export { framingLoss } from './capture/losses-of.ts';
export { NothingToCaptureError } from './capture/nothing-to-capture-error.ts';
export { type DefinitionsToday, definitionsToday } from './drift/definitions-today.ts';
export { type Drift, findDrift } from './drift/find-drift.ts';
export { type ExportFormat, exportStory } from './exporters/export-story.ts';
export { cursorAt } from './fork/cursor-at.ts';
export { type ForkMark, forkMarkOf, markFork } from './fork/fork-mark.ts';
export { forkPrompts } from './fork/fork-prompts.ts';
export { ForkOfForkError, forkedFrom } from './fork/forked-from.ts';
export { type CallRecording, isSession } from './format/call-recording.ts';
export { type FoundSecret, findSecrets } from './format/find-secrets.ts';
export { GenerateNotRecordedError } from './format/generate-not-recorded-error.ts';
export type { ForkedFrom } from './format/header.ts';
export type { Difference } from './format/json.ts';
export { type MigrationReport, migrateFiles } from './format/migration/migrate-files.ts';
export { parseRecording } from './format/parse-recording.ts';
export {
  type Definition,
  type EventOutline,
  type Exchange,
  type ExchangeKind,
  firstPlaces,
  isSummaryLane,
  laneOf,
  placeName,
  placeOf,
  type Recording,
} from './format/recording.ts';
export { readAnyRecording, readRecording, writeRecording } from './format/recording-file.ts';
export { RecordingInvalidError } from './format/recording-invalid-error.ts';
export { RecordingKindError } from './format/recording-kind-error.ts';
export { RecordingMissingError } from './format/recording-missing-error.ts';
export { RecordingTornError } from './format/recording-torn-error.ts';
export { RecordingVersionError } from './format/recording-version-error.ts';
export { SecretFoundError } from './format/secret-found-error.ts';
export { serializeRecording } from './format/serialize-recording.ts';
export { UnrecordableError } from './format/unrecordable-error.ts';
export { attachRecorder } from './recorder/attach-recorder.ts';
export {
  type CallRecorder,
  type CallRecorderOptions,
  createCallRecorder,
  recordModel,
  recordTools,
} from './recorder/call-recorder.ts';
export { createRecorder, type Recorder, type RecorderOptions } from './recorder/create-recorder.ts';
export { partialOf } from './recorder/journal.ts';
export { type KeptAnswers, keepAnswers } from './recorder/keep-answers.ts';
export { type OpenRecorder, openRecorder } from './recorder/open-recorder.ts';
export { RecordingIncompleteError } from './recorder/recording-incomplete-error.ts';
export { RecordingNotReplayableError } from './recorder/recording-not-replayable-error.ts';
export { RecordingUnfinishedError } from './recorder/recording-unfinished-error.ts';
export { verifyRecording } from './recorder/verify-recording.ts';
export { attachReplay } from './replayer/calls/attach-replay.ts';
export type { CallReplayReport } from './replayer/calls/call-report.ts';
export {
  type CallReplay,
  type CallReplayOptions,
  openCallReplay,
} from './replayer/calls/open-call-replay.ts';
export type { Pace } from './replayer/calls/recorded-pace.ts';
export type {
  Divergence,
  DivergenceClass,
  ExchangeReference,
} from './replayer/divergence.ts';
export { GuardStandsError } from './replayer/guard-stands-error.ts';
export { guardNetwork, type NetworkGuard } from './replayer/network-guard.ts';
export {
  openReplay,
  type Replay,
  type ReplayOptions,
  type ReplayResult,
} from './replayer/open-replay.ts';
export {
  type AcceptanceOrder,
  acceptDrift,
  PolicyRefusedError,
  withdrawAcceptance,
} from './replayer/policy/accept-drift.ts';
export {
  acceptableClasses,
  type DatedPolicy,
  type DriftPolicy,
  type PolicyStanding,
} from './replayer/policy/drift-policy.ts';
export { PolicyInvalidError, readPolicy } from './replayer/policy/policy-file.ts';
export { ReplayDivergedError } from './replayer/replay-diverged-error.ts';
export {
  type ReplayReport,
  type ReplaySessionOptions,
  replaySession,
} from './replayer/replay-session.ts';
export { annotationsOf } from './replayer/report/annotations-of.ts';
export { type ChangesSince, changesSince } from './replayer/report/changes-since.ts';
export { type Fix, fixesFor, type KnownRecording } from './replayer/report/fixes-for.ts';
export { formatDivergence } from './replayer/report/format-divergence.ts';
export { formatStandings } from './replayer/report/format-standings.ts';
export { sayDivergence } from './replayer/report/say-divergence.ts';
export { shellWord } from './replayer/report/shell-word.ts';
export { UnplacedCallError } from './replayer/unplaced-call-error.ts';
export { type ScanReport, scanFiles } from './scan/scan-files.ts';
export { secretsInEnvironment } from './scan/secrets-in-environment.ts';
export { type DefinitionChange } from './story/difference/compare-definitions.ts';
export {
  compareStories,
  type LaneDifference,
  type StepDifference,
  type StoryDifference,
} from './story/difference/compare-stories.ts';
export { type Leaf, leavesBetween, type TextChange } from './story/difference/leaves.ts';
export { parseStory, readStory } from './story/read-story.ts';
export type {
  Answer,
  AskedCall,
  ClearStep,
  ClockStep,
  ContextDelta,
  DecisionStep,
  DiceStep,
  MessageStep,
  ModelStep,
  SteeringStep,
  Story,
  StoryLane,
  StoryStep,
  Tokens,
  ToolStep,
} from './story/story.ts';
export { type StoryTally, tallyStory } from './story/tally-story.ts';
export { tellStory } from './story/tell-story.ts';
export { readTimedStory, type StoryTiming, type TimedStory } from './timing/read-timed-story.ts';
export type { RecordedTiming } from './timing/recorded-timing.ts';
export type { Measuring } from './timing/stopwatch.ts';
export { isTimingOf } from './timing/timed-places.ts';
export { readTiming, writeTiming } from './timing/timing-file.ts';
export { durationText } from './viewer/page/reading/duration-text.ts';
export type { DatabaseChanges, RowChange, StepChanges } from './viewer/told/database-changes.ts';
export type { ViewedStory } from './viewer/told/viewed-story.ts';
export type { HttpInterception } from './wire/intercept-http.ts';
export { type Fetch, type RecordWireOptions, recordFetch } from './wire/record/record-fetch.ts';
export { type RecordHttpOptions, recordHttp } from './wire/record/record-http.ts';
export type { ReplayHttpOptions } from './wire/replay/replay-http.ts';
