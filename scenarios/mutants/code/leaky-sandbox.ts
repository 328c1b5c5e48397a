import { createContext } from 'node:vm';
import type { Mutant } from '../mutant.ts';
import { type Sandbox, scriptOf, withMoney, withSandbox } from './leaky-sandbox-program.ts';

/**
 * CD-5: a model's program runs in node:vm with the host's own functions in its hands, and
 * `tools.getCharges.constructor('return process')()` is the process, its environment and its keys.
 */
export const leakySandbox: Mutant = {
  id: 'CD-5',
  title: 'programs are given functions of the host in node:vm',
  breaks: 'I10',
  apply: ({ agents, entry, backing }) => ({ agents: withSandbox(agents, inVm), entry, backing }),
};

const inVm: Sandbox = async (program, functions) => {
  const context = createContext({ tools: functions });
  return scriptOf(await withMoney(program)).runInContext(context, { timeout: 5_000 });
};
