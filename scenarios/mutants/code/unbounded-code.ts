import { createContext, Script } from 'node:vm';
import type { Mutant } from '../mutant.ts';
import { type Sandbox, scriptOf, withMoney, withSandbox } from './leaky-sandbox-program.ts';

/**
 * CD-6: the time limit of a program watches what runs before its first await and nothing behind it:
 * `await tools.getCharges(); while (true) {}` stops the whole server for good.
 */
export const unboundedCode: Mutant = {
  id: 'CD-6',
  title: "a program's time limit ends at its first await",
  breaks: 'I9',
  apply: ({ agents, entry, backing }) => ({
    agents: withSandbox(agents, timedUntilAwait),
    entry,
    backing,
  }),
};

const timeoutMs = 300;

/** The program holds functions of its own realm only: this one does not leak, it only does not stop. */
const timedUntilAwait: Sandbox = async (program, functions) => {
  const context = createContext({});
  const open = new Script(
    '(call, names) => Object.fromEntries(names.map((name) => [name, async (input) => JSON.parse(await call(name, input))]))',
  ).runInContext(context);
  const call = async (name: string, input: unknown): Promise<string> =>
    JSON.stringify(await functions[name]?.(input));
  context['tools'] = open(call, Object.keys(functions));
  return scriptOf(await withMoney(program)).runInContext(context, { timeout: timeoutMs });
};
