import type { CallReplay } from '#recordings';
import { importNamed } from '../../suites/import-named.ts';

/**
 * An agent of somebody's own, with what it says and does in one conversation: it takes the models and the tools it is given in
 * the place of its own, `model(openai('gpt-5'))` and `tools({ findOrder })`.
 */
export type CallAgent = (calls: Pick<CallReplay, 'model' | 'tools' | 'lane' | 'fetch'>) => unknown;

/** The agent that a file exports as `agent`. Throws ModuleUnusableError. */
export function importCallAgent(path: string): Promise<CallAgent> {
  return importNamed(path, {
    name: 'agent',
    is: (value): value is CallAgent => typeof value === 'function',
    example: 'export const agent: CallAgent = ({ model, tools }) => generateText({ … });',
  });
}
