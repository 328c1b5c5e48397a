import { defineCommand } from '../cli/define-command.ts';
import { choice, text } from '../cli/parameter.ts';
import { UsageError } from '../cli/usage-error.ts';
import {
  decideApproval,
  type ListedApproval,
  listApprovals,
  waiting,
} from '../serve/waiting-approvals.ts';

export const approvals = defineCommand({
  name: 'approvals',
  summary: 'See what waits for a person on a running server, and decide it.',
  arguments: {
    action: choice({
      summary: 'list, approve or reject',
      among: ['list', 'approve', 'reject'],
      fallback: 'list',
    }),
    id: text('of the approval, as list shows it', 'id'),
  },
  options: {
    url: text('of the server (default: http://127.0.0.1:4000)', 'url'),
    key: text('an API key, if the server asks for one', 'key'),
    reason: text('why, for the audit and the one who asked', 'text'),
    edit: text('approve these arguments instead', 'json'),
  },
  run: async ({ action, id, url = 'http://127.0.0.1:4000', key, reason = '', edit }) => {
    const { askApi } = await import('#harness/client');
    const ask = (path: string, body?: unknown): Promise<unknown> =>
      askApi({ url, key }, path, body === undefined ? {} : { body });
    if (action === 'list') {
      const open = waiting(await listApprovals(ask));
      const lines = open.map(lineOf);
      return {
        exitCode: 0,
        text: lines.length === 0 ? 'Nothing waits.' : lines.join('\n'),
        json: { approvals: open },
      };
    }
    if (id === undefined) throw new UsageError(`approvals ${action} takes the id of an approval.`);
    if (edit !== undefined && action === 'reject')
      throw new UsageError('--edit is for what is approved.');
    const edited = edit === undefined ? {} : { editedArguments: readJson(edit) };
    const approval = await decideApproval(ask, id, { verdict: action, reason, ...edited });
    return { exitCode: 0, text: `${id} is ${approval.status}.`, json: { approval } };
  },
});

function lineOf(approval: ListedApproval): string {
  const { approvalId, tool, arguments: asked, reason, roles, mayDecide } = approval;
  const who = mayDecide ? 'yours to decide' : `waits for ${roles.join(' or ')}`;
  return `${approvalId}  ${tool} ${JSON.stringify(asked)}  ${reason}  (${who})`;
}

function readJson(written: string): unknown {
  try {
    return JSON.parse(written);
  } catch (error) {
    throw new UsageError('--edit takes JSON.', { cause: error });
  }
}
