import { z } from 'zod';
import { jsonSchema } from '../session/event.ts';
import { defineTool, type Tool, type ToolContext } from '../tools/define-tool.ts';
import { CodeToolInvalidError } from './code-tool-invalid-error.ts';
import type { HostFunction } from './host-side.ts';
import type { ProgramLimits } from './program-limits.ts';
import { type ProgramOutcome, programOutcomeSchema } from './program-outcome.ts';
import { runProgram } from './run-program.ts';
import { typedApi } from './typed-api.ts';

const codeToolName = 'runCode';

/**
 * A program has limits of its own, which count from when its turn has come. In a crowd most of a call is waiting for that, and a
 * call that gave up and asked again would wait behind everybody once more.
 */
const timeoutMs = 10 * 60 * 1000;

export interface CodeToolOptions {
  /** What programs may call: only `read` and `compute`. */
  readonly tools: readonly Tool[];
  /** Who may run programs. Each of them must be allowed each of the tools. */
  readonly agents: readonly string[];
  readonly owner: string;
  readonly limits?: Partial<ProgramLimits>;
}

/**
 * The tool `runCode`: the model writes a program that looks things up and computes, and gets back
 * `{ kind: 'completed', value, logs }` or `{ kind: 'failed', error, logs }`, which it can act on.
 *
 * Its effect is `read`, because what a program can reach changes nothing. A crash inside it runs the program again from
 * its start, with the same clock and dice, and repeats no effect, since there is none to repeat. A call from inside is
 * checked and carried out as the agent's own would be: same principal, same time; it is not a step or an exchange of its
 * own, and a tool that says "try again" is tried again by the program or not at all.
 * Throws CodeToolInvalidError.
 */
export function codeTool({ tools, agents, owner, limits = {} }: CodeToolOptions): Tool {
  for (const tool of tools) assertFit(tool, tools, agents);
  return defineTool({
    name: codeToolName,
    version: '1',
    owner,
    description: `${instructions}\n\n${typedApi(tools)}\n\n${moneyApi}`,
    input: z.object({ program: z.string().min(1) }),
    output: programOutcomeSchema,
    effect: 'read',
    agents,
    timeoutMs,
    execute: ({ program }, context): Promise<ProgramOutcome> =>
      runProgram({
        source: program,
        functions: Object.fromEntries(tools.map((tool) => [tool.name, callable(tool, context)])),
        limits,
        now: context.now,
        seed: context.idempotencyKey,
      }),
  });
}

function assertFit(tool: Tool, tools: readonly Tool[], agents: readonly string[]): void {
  const { name, effect } = tool;
  const refuse = (reason: string): never => {
    throw new CodeToolInvalidError(name, reason);
  };
  if (effect !== 'read' && effect !== 'compute') refuse(`its effect is ${effect}`);
  if (!/^[A-Za-z_]\w*$/.test(name)) refuse('its name is not one that a program can write');
  if (tools.some((other) => other !== tool && other.name === name)) refuse('its name is taken');
  const barred = agents.filter((agent) => !tool.agents.includes(agent));
  if (barred.length > 0) refuse(`${barred.join(', ')} may not use it`);
}

function callable(tool: Tool, context: ToolContext): HostFunction {
  return async (input) => {
    // Unreachable behind assertFit; said again here, where an effect would happen.
    if (tool.effect !== 'read' && tool.effect !== 'compute') {
      throw new CodeToolInvalidError(tool.name, `its effect is ${tool.effect}`);
    }
    return jsonSchema.parse(await tool.execute(input, context));
  };
}

const instructions = [
  'Runs a JavaScript program that looks things up and computes, and returns its result. Compute amounts and compare',
  'records here, never in your head. The program is the body of an async function: use `await tools.<name>(input)` and',
  'end with `return value`, where value is plain JSON. A failed tool call throws an error with `code` and `message`.',
  'There are no imports, files, network or timers; `Date` stands still at the time of the request.',
  'If it fails you get the kind of failure, the line and a hint: correct the program and run it again.',
].join('\n');

const moneyApi = `/** Exact money: amounts are integers in the currency's minor unit (4900 is 49.00 USD); floats are refused. */
declare const money: {
  add(...amounts: number[]): number;
  subtract(amount: number, other: number): number;
  /** amount * numerator / denominator, halves rounded away from zero. */
  multiply(amount: number, numerator: number, denominator?: number): number;
  /** percentage: an integer or text such as '12.5'. */
  percent(amount: number, percentage: number | string): number;
  /** Splits amount by integer weights; the shares add up to it. */
  allocate(amount: number, weights: number[]): number[];
  /** 4900, 'USD' as '49.00'. */
  format(amount: number, currency: string): string;
  /** '49.00', 'USD' as 4900. */
  parse(text: string, currency: string): number;
};`;
