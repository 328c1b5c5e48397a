import { scriptedModel } from '#harness/testing';
import { openRecorder } from '../recorder/open-recorder.ts';
import { parcelAgents, parcelPlaybook, runParcelSession } from './parcel-desk.ts';

// A process that records, says each turn that begins, and never gets beyond the fourth: it is killed there, or gives up after a minute.

const [, , path = ''] = process.argv;
const agents = parcelAgents();
const scripted = scriptedModel(parcelPlaybook);
const recorder = openRecorder({
  path,
  name: 'parcel-desk',
  made: 'scripted',
  model: { provider: 'scripted', modelId: 'parcel-desk' },
  agents,
});
let turns = 0;
await runParcelSession({
  agents,
  exchanges: recorder.exchanges,
  model: {
    ...scripted,
    doStream: async (options) => {
      turns += 1;
      process.stdout.write(`turn ${turns}\n`);
      if (turns < 4) return scripted.doStream(options);
      return new Promise((_, reject) => setTimeout(reject, 60_000));
    },
  },
});
