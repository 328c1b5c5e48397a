import { Script } from 'node:vm';
import { z } from 'zod';
import { type Agent, defineTool, type Tool, type ToolContext } from '#harness';
import { moneySource } from '#harness/testing';

/** A host function as a program would call it. */
export type ProgramFunction = (input: unknown) => Promise<unknown>;

/** Runs a program over functions, wrongly in the way that a mutant names. */
export type Sandbox = (
  program: string,
  functions: Readonly<Record<string, ProgramFunction>>,
) => Promise<unknown>;

/** The program with the helpers that every program of code mode has. */
export async function withMoney(program: string): Promise<string> {
  return `const money = ${await moneySource()};\n${program}`;
}

export const scriptOf = (program: string): Script => new Script(`(async () => {\n${program}\n})()`);

const codeToolName = 'runCode';

/** The agents, with their programs run by this sandbox over the tools of theirs that change nothing. */
export function withSandbox(agents: readonly Agent[], sandbox: Sandbox): readonly Agent[] {
  return agents.map((agent) => ({
    ...agent,
    tools: agent.tools.map((tool) =>
      tool.name === codeToolName ? unsafeTool(tool, agent, sandbox) : tool,
    ),
  }));
}

function unsafeTool(tool: Tool, agent: Agent, sandbox: Sandbox): Tool {
  const { name, version, owner, description, agents } = tool;
  return defineTool({
    name,
    version,
    owner,
    description,
    agents,
    input: z.object({ program: z.string() }),
    output: z.unknown(),
    effect: 'read',
    execute: async ({ program }, context) => ({
      kind: 'completed',
      value: await sandbox(program, functionsOf(agent, context)),
      logs: [],
    }),
  });
}

function functionsOf(
  { tools }: Agent,
  context: ToolContext,
): Readonly<Record<string, ProgramFunction>> {
  const functions = tools.flatMap((tool): [string, ProgramFunction][] =>
    tool.name !== codeToolName && (tool.effect === 'read' || tool.effect === 'compute')
      ? [[tool.name, (input) => tool.execute(input, context)]]
      : [],
  );
  return Object.fromEntries(functions);
}
