import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { scriptedModel } from '#harness/testing';
import { readRecording } from '../format/recording-file.ts';
import { serializeRecording } from '../format/serialize-recording.ts';
import {
  parcelAgents,
  parcelPlaybook,
  recordParcelSession,
  runParcelSession,
} from '../testing/parcel-desk.ts';
import { type OpenRecorder, openRecorder } from './open-recorder.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recorder-'));
  path = join(folder, 'parcel-desk.jsonl');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const agents = parcelAgents();
const model = scriptedModel(parcelPlaybook);

const recorderAt = (secrets: readonly string[] = []): OpenRecorder =>
  openRecorder({
    path,
    secrets,
    name: 'parcel-desk',
    made: 'scripted',
    model: { provider: 'scripted', modelId: 'parcel-desk' },
    agents,
  });

test('a session that is written as it comes about is the same to the byte, and its journal is gone', async () => {
  const recorder = recorderAt();
  await recorder.finish(await runParcelSession({ agents, model, exchanges: recorder.exchanges }));
  expect(await readFile(path, 'utf8')).toBe(serializeRecording(await recordParcelSession()));
  expect(await readdir(folder)).toEqual(['parcel-desk.jsonl']);
});

test('a process that is killed leaves what it had written, which opens and reads as far as it goes', async () => {
  const script = fileURLToPath(new URL('../testing/record-for-ever.ts', import.meta.url));
  const child = spawn(process.execPath, [script, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === 'turn 4') child.kill('SIGKILL');
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  expect(child.signalCode).toBe('SIGKILL');
  expect(existsSync(path)).toBe(false);
  await expect(readRecording(`${path}.partial`)).rejects.toMatchObject({ code: 'RECORDING_TORN' });
  const left = await readRecording(`${path}.partial`, { torn: 'open' });
  const whole = await recordParcelSession();
  expect(left.tornAt).toBeGreaterThan(left.exchanges.length);
  expect(left.exchanges).toEqual(whole.exchanges.slice(0, left.exchanges.length));
  expect(left.exchanges.filter(({ t }) => t === 'model')).toHaveLength(3);
  expect(left.definitions).toEqual(whole.definitions.slice(0, left.definitions.length));
});

test('what a crash left is not written over', async () => {
  recorderAt();
  expect(recorderAt).toThrow(expect.objectContaining({ code: 'RECORDING_UNFINISHED' }));
});

test('a secret reaches no file; the session goes on, and its recording is refused', async () => {
  const recorder = recorderAt(['in transit']);
  const events = await runParcelSession({ agents, model, exchanges: recorder.exchanges });
  expect(events.at(-1)?.fact.type).toBe('run-completed');
  await expect(recorder.finish(events)).rejects.toMatchObject({ code: 'RECORDING_HOLDS_SECRET' });
  expect(await readdir(folder)).toEqual(['parcel-desk.jsonl.partial']);
  expect(await readFile(`${path}.partial`, 'utf8')).not.toContain('in transit');
});
