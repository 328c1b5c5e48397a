import { createHarness, type FeedItem, type Harness } from '#harness';
import { memoryBacking, scriptedModel } from '#harness/testing';
import { historyInterleavesLive } from '../mutants/log/history-interleaves-live.ts';
import { runIdOf } from '../scenario/run-id-of.ts';
import { scenarioExchanges } from '../scenario/scenario-exchanges.ts';
import { scenarioNamed } from '../suites/scenario-named.ts';
import { checkViewing } from '../verifier/check-viewings.ts';
import type { Trial } from './trial.ts';

/** CD-10. Somebody begins to watch R-01 when its second turn begins. */
export const viewerTrial: Trial = {
  defect: historyInterleavesLive,
  play: async ({ isOn, worldServer }) => {
    const scenario = scenarioNamed('R-01');
    const { id: sessionId, principal, messages } = scenario;
    const worldUrl = worldServer.createWorld(scenario.world).url;
    const parts = { ...scenario.subject.assemble({ worldUrl }), backing: memoryBacking() };
    const arrived = Promise.withResolvers<void>();
    await using harness = await createHarness({
      ...(isOn ? historyInterleavesLive.apply({ ...parts, worldUrl }) : parts),
      model: scriptedModel(scenario.playbooks.gold),
      exchanges: scenarioExchanges(scenario),
      observer: {
        before: (_runId, step) => {
          if (step === 'model#2') arrived.resolve();
        },
        inside: () => undefined,
        after: () => undefined,
      },
    });
    const messageId = runIdOf(sessionId, 1);
    await harness.send({ sessionId, messageId, principal, text: messages[0]?.text ?? '' });
    await arrived.promise;
    const items = await watch(harness, sessionId);
    await harness.outcome(messageId);
    const viewing = { name: 'a late viewer', connections: [{ after: 0, items }] };
    return checkViewing(viewing, await harness.events(sessionId));
  },
};

/** All that somebody who comes now is shown until the run has ended. */
async function watch(harness: Harness, sessionId: string): Promise<readonly FeedItem[]> {
  const items: FeedItem[] = [];
  const leaving = new AbortController();
  for await (const item of harness.subscribe(sessionId, { after: 0, signal: leaving.signal })) {
    items.push(item);
    if (item.kind === 'event' && item.event.fact.type === 'run-completed') leaving.abort();
  }
  return items;
}
