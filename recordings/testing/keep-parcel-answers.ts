import { scriptedModel } from '#harness/testing';
import { keepAnswers } from '../recorder/keep-answers.ts';
import { parcelAgents, parcelPlaybook, runParcelSession } from './parcel-desk.ts';

// A process that keeps the answers of a session, and says how that went.

const [, , path = ''] = process.argv;
const agents = parcelAgents();
const kept = keepAnswers({
  path,
  name: 'parcel-desk',
  made: 'scripted',
  model: { provider: 'scripted', modelId: 'parcel-desk' },
  agents,
});
const model = scriptedModel(parcelPlaybook);
const events = await runParcelSession({ agents, model, exchanges: kept.exchanges });
const failure = kept.failure();
const code = failure instanceof Error && 'code' in failure ? failure.code : undefined;
const last = events.at(-1)?.fact.type;
process.stdout.write(JSON.stringify({ last, answers: kept.answers(), failure: code }));
