import { type Conversation, memoryBacking, type Playbook, scriptedModel } from '#harness/testing';
import type { RememberingSession } from '../checkers/commitments-kept.ts';
import type { WorldServer } from '../desk/world/world-server.ts';
import type { Mutant } from '../mutants/mutant.ts';
import type { Scenario } from '../scenario/define-scenario.ts';
import { playScenario } from '../scenario/play-scenario.ts';

/** Plays a scenario and watches what its model is shown at every turn. */
export async function playRemembering(
  scenario: Scenario,
  options: {
    readonly worldServer: WorldServer;
    readonly mutant?: Mutant;
    readonly signal?: AbortSignal;
  },
): Promise<RememberingSession> {
  const shown: Conversation[] = [];
  const { events } = await playScenario(scenario, {
    backing: memoryBacking(),
    model: scriptedModel(watched(scenario.playbooks.gold, shown)),
    ...options,
  });
  const { agents } = scenario.subject.assemble({ worldUrl: 'http://world.invalid' });
  const effects = agents
    .flatMap(({ tools }) => tools)
    .filter(({ effect }) => effect !== 'read' && effect !== 'compute')
    .map(({ name }) => name);
  return { events, shown, effects: new Set(effects) };
}

/** The same playbook, of which every turn is watched; what has no tools is the summariser. */
const watched = ({ name, plays }: Playbook, shown: Conversation[]): Playbook => ({
  name,
  plays: [
    {
      name: 'watch',
      when: (conversation) => {
        if (conversation.tools.length > 0) shown.push(conversation);
        return false;
      },
      answer: () => ({}),
    },
    ...plays,
  ],
});
