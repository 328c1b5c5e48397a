import { createRecorder } from '../recorder/create-recorder.ts';
import { openRecorder } from '../recorder/open-recorder.ts';
import { longSessionModel, playLongSession } from './long-session.ts';

// A process that records a session of so many runs: `held` with the recorder that keeps it, otherwise as it goes. How much
// memory it may have is for whoever starts it to say.

const [, , path = '', runs = '', held] = process.argv;
const options = { name: 'at-length', made: 'scripted', model: longSessionModel, agents: [] };
const recorder = held === 'held' ? createRecorder(options) : openRecorder({ ...options, path });
await playLongSession(recorder.exchanges, Number(runs));
await recorder.finish([]);
