import { type CallReplayReport, formatStandings, placeName } from '#recordings';
import type { TestRecording } from './test-recording.ts';

/** What a test did with its recording, as its reporter is told. */
export interface RecordingUsage {
  readonly path: string;
  readonly isRecorded: boolean;
  /** The replay left it; then nothing is said of its calls. */
  readonly isDrifted: boolean;
  /** Calls that were answered from the recording, each as it was recorded. */
  readonly calls: number;
  /** Places that were not as recorded, and that somebody accepts. */
  readonly accepted: number;
  /** What is said of each policy, and of what it warns of. */
  readonly notes: readonly string[];
  /** Tokens of the answers that no model had to give again, by model. */
  readonly tokens: Readonly<Record<string, Tokens>>;
  /** How long was not waited for the answers; missing where nothing was measured. */
  readonly savedMs?: number;
}

export interface Tokens {
  readonly input: number;
  readonly output: number;
}

declare module 'vitest' {
  interface TaskMeta {
    groundhog?: RecordingUsage;
  }
}

/** What is said of calls that were not asked for. */
const notAsked: ReadonlySet<string> = new Set(['MISSING_CALL', 'EDITED', 'UNVERIFIABLE']);

/** Tokens are those that the provider counted; where it counted none, none are. */
export async function usageOf(
  { path, isRecording, isDrifted, calls, savedMs }: TestRecording,
  report?: CallReplayReport,
): Promise<RecordingUsage> {
  const unread = {
    path,
    isRecorded: isRecording,
    isDrifted: isDrifted(),
    calls: 0,
    accepted: 0,
    notes: [],
    tokens: {},
  };
  if (report === undefined) return unread;
  const { header, exchanges } = calls();
  const byDefault = 'model' in header ? header.model?.modelId : undefined;
  const tokens = new Map<string, Tokens>();
  for (const exchange of exchanges) {
    if (exchange.t !== 'model') continue;
    const model = exchange.model?.modelId ?? byDefault ?? 'unknown';
    const finish = exchange.answer.parts.find((part) => part.type === 'finish');
    const before = tokens.get(model) ?? { input: 0, output: 0 };
    tokens.set(model, {
      input: before.input + (finish?.usage.inputTokens.total ?? 0),
      output: before.output + (finish?.usage.outputTokens.total ?? 0),
    });
  }
  const inexact = report.drifts.flatMap(({ class: kind, at }) =>
    at === undefined || notAsked.has(kind) ? [] : [placeName(at.place)],
  );
  const saved = await savedMs();
  return {
    ...unread,
    ...(saved === undefined ? {} : { savedMs: saved }),
    calls: report.models + report.tools - new Set(inexact).size,
    accepted: report.drifts.length,
    notes: formatStandings(report),
    tokens: Object.fromEntries(tokens),
  };
}
