import { z } from 'zod';
import { defineTool, type Tool } from '#harness';

const hours = 3_400;
const hourMs = 60 * 60 * 1000;
const people = ['grace', 'omar', 'ines', 'theo', 'mira'];

/** What nobody reads in a conversation: some 200 kB, a line for each sign-in of the last months, one an hour. */
export function exportAuditLog(): Tool {
  return defineTool({
    name: 'exportAuditLog',
    version: '1',
    owner: 'desk',
    description: "Export the sign-ins of the customer's own workspace, oldest first.",
    input: z.strictObject({}),
    output: z.object({ signIns: z.array(z.string()) }),
    effect: 'read',
    agents: ['billing'],
    execute: async (_input, { now }) => ({
      signIns: Array.from({ length: hours }, (_, index) => {
        const at = new Date(now - (hours - index) * hourMs).toISOString();
        return `${at} ${people[index % people.length]} signed in from the office`;
      }),
    }),
  });
}
