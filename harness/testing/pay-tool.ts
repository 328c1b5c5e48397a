import { z } from 'zod';
import { defineTool, type Tool } from '../tools/define-tool.ts';

/** A keyed tool that tells `paid` under which key it paid; a person is always asked first where `asks`. */
export function payTool(paid: (key: string) => void, { asks }: { readonly asks: boolean }): Tool {
  return defineTool({
    name: 'pay',
    version: '1',
    owner: 'tests',
    description: 'Pays.',
    input: z.object({}),
    output: z.object({ paid: z.boolean() }),
    effect: 'keyed',
    agents: ['billing'],
    ...(asks
      ? {
          approval: async () => ({ roles: ['billing_agent'], reason: 'always', stateVersion: '1' }),
        }
      : {}),
    execute: async (_input, { idempotencyKey }) => {
      paid(idempotencyKey);
      return { paid: true };
    },
  });
}
