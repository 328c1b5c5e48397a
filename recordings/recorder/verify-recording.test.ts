import { expect, test } from 'vitest';
import type { Agent } from '#harness';
import { parcelAgents, parcelEntry, recordParcelSession } from '../testing/parcel-desk.ts';
import { verifyRecording } from './verify-recording.ts';

const recording = await recordParcelSession();

test('a recording that replays to itself passes', async () => {
  const zone = process.env['TZ'];
  await verifyRecording({ recording, agents: parcelAgents(), entry: parcelEntry });
  expect(process.env['TZ']).toBe(zone);
});

test('a recording of other agents is refused with its divergence', async () => {
  const agents = parcelAgents({ prompt: 'You lose parcels.' });
  const refused = verifyRecording({ recording, agents, entry: parcelEntry });
  await expect(refused).rejects.toMatchObject({ code: 'RECORDING_NOT_REPLAYABLE' });
  await expect(refused).rejects.toThrow(/class SYSTEM {3}model call at 1\/parcels#0/);
});

test('a prompt that depends on the time zone is refused, because it replays here only', async () => {
  const here = await recordParcelSession({ agents: agentsWhoTellTheHour() });
  const agents = agentsWhoTellTheHour();
  const refused = verifyRecording({ recording: here, agents, entry: parcelEntry });
  await expect(refused).rejects.toThrow('class SYSTEM');
});

function agentsWhoTellTheHour(): readonly Agent[] {
  return parcelAgents().map((agent) => ({
    ...agent,
    get prompt() {
      return { ...agent.prompt, text: `It is ${new Date(0).getHours()} h. ${agent.prompt.text}` };
    },
  }));
}
