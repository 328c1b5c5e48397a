import { issueRefund } from '../../desk/tools/issue-refund.ts';
import { type WorldClient, worldClient } from '../../desk/world/world-client.ts';
import type { Mutant } from '../mutant.ts';
import { withTool } from './with-tool.ts';

/** CD-1: a refund is sent without its idempotency key, so a step that runs twice pays twice. */
export const keylessRefund: Mutant = {
  id: 'CD-1',
  title: 'issueRefund sends no idempotency key',
  breaks: 'I1',
  apply: ({ agents, entry, backing, worldUrl }) => ({
    agents: withTool(agents, issueRefund(withoutRefundKey(worldClient(worldUrl)))),
    entry,
    backing,
  }),
};

function withoutRefundKey(world: WorldClient): WorldClient {
  return { ...world, payRefund: (request) => world.payRefund(request, null) };
}
