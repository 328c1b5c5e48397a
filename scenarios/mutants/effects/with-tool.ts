import type { Agent, Tool } from '#harness';

/** The same agents, with this tool where they had one of its name. */
export function withTool(agents: readonly Agent[], tool: Tool): readonly Agent[] {
  return agents.map((agent) => ({
    ...agent,
    tools: agent.tools.map((each) => (each.name === tool.name ? tool : each)),
  }));
}
