import { issueRefund } from '../desk/tools/issue-refund.ts';
import { type WorldClient, worldClient } from '../desk/world/world-client.ts';
import type { Mutant } from './mutant.ts';

/** CD-1: a refund is sent without its idempotency key, so a step that runs twice pays twice. */
export const keylessRefund: Mutant = {
  id: 'CD-1',
  title: 'issueRefund sends no idempotency key',
  breaks: 'I1',
  apply: ({ agents, entry, backing, worldUrl }) => {
    const keyless = issueRefund(withoutRefundKey(worldClient(worldUrl)));
    return {
      agents: agents.map((agent) => ({
        ...agent,
        tools: agent.tools.map((tool) => (tool.name === keyless.name ? keyless : tool)),
      })),
      entry,
      backing,
    };
  },
};

function withoutRefundKey(world: WorldClient): WorldClient {
  return { ...world, payRefund: (request) => world.payRefund(request, null) };
}
