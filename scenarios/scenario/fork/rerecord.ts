import type { Config } from '#harness';
import { cursorAt, forkedFrom, serializeRecording, writeRecording } from '#recordings';
import { findRecording } from '../find-recording.ts';
import { openModel } from '../open-model.ts';
import { secretsOf } from '../record-scenario.ts';
import { type AnswerCounts, continueRecording } from './continue-recording.ts';
import { modelFromThere } from './model-from-there.ts';

export interface RerecordOptions {
  /** A place such as `1/billing#2`, or the number of a step, from 1. */
  readonly from: string;
  /** Who answers for the model from there on; whoever answered in the recording, by default. */
  readonly model?: 'scripted' | 'live';
  readonly config: Config;
  /** Where to; the recording itself by default. */
  readonly out?: string;
  readonly progress?: (line: string) => void;
  readonly signal?: AbortSignal;
}

export interface RerecordReport {
  readonly recording: string;
  readonly file: string;
  readonly made: string;
  /** The first place that was made anew. */
  readonly from: string;
  readonly exchanges: number;
  readonly answers: AnswerCounts;
  /** Whether it is another recording than before, in any byte. */
  readonly changed: boolean;
  readonly verified: true;
}

/**
 * Makes a recording anew from a place on: what comes before answers as recorded, and stays to the byte. Where another model
 * answers from there on the recording says from which it was forked.
 */
export async function rerecord(
  nameOrPath: string,
  { from, model, config, out, progress = () => undefined, signal }: RerecordOptions,
): Promise<RerecordReport> {
  const { scenario, recording, file } = await findRecording(nameOrPath);
  const until = cursorAt(recording, from);
  const origin = forkedFrom(recording, until);
  await using opened = await openModel(scenario, modelFromThere(recording, model, config));
  const { provider, modelId } = opened.model;
  const { model: before, made } = recording.header;
  const isSame = opened.made === made && provider === before.provider && modelId === before.modelId;
  progress(`${scenario.id}: playing it, as recorded up to ${origin.at}`);
  const { recording: renewed, answers } = await continueRecording({
    scenario,
    recording,
    until,
    opened,
    tools: 'live',
    ...(isSame ? {} : { forkedFrom: origin }),
    progress,
    ...(signal === undefined ? {} : { signal }),
  });
  const target = out ?? file;
  await writeRecording(target, renewed, { secrets: secretsOf(config) });
  return {
    recording: scenario.id,
    file: target,
    made: renewed.header.made,
    from: origin.at,
    exchanges: renewed.exchanges.length,
    answers,
    changed: serializeRecording(renewed) !== serializeRecording(recording),
    verified: true,
  };
}
