import { HarnessError } from '../host/harness-error.ts';
import type { Tool } from '../tools/define-tool.ts';
import { partsMissingFrom, type ToolDirectory } from '../tools/tool-directory.ts';
import type { Agent } from './define-agent.ts';
import { handoffToolName } from './handoff.ts';
import { liveTools } from './live-tools.ts';

/** The agents of a harness, checked against each other once, at start. */
export interface AgentTeam {
  /** Name of the agent that new sessions begin with. */
  readonly entry: string;
  /** As defined. */
  readonly get: (name: string) => Agent;
  /** With the tools that it has now: another answer at another time, so whatever depends on it is saved in a step. */
  readonly now: (agent: Agent) => Agent;
  /** The tools of all of them, now. */
  readonly directory: ToolDirectory;
}

/** Names that steps of the loop itself carry. */
const reservedNames = new Set([
  'model',
  'decision',
  'compact',
  'plan',
  'gather',
  'synthesis',
  handoffToolName,
]);

/** Throws TeamInvalidError with everything that does not fit, not only the first of it. */
export function assembleTeam(agents: readonly Agent[], entry: string): AgentTeam {
  const byName = new Map(agents.map((agent) => [agent.name, agent]));
  const faults = [
    ...(byName.size < agents.length ? ['two agents share a name'] : []),
    ...(byName.has(entry) ? [] : [`the entry agent ${entry} is not among them`]),
    ...agents.flatMap((agent) => faultsOf(agent, byName)),
  ];
  if (faults.length > 0) throw new TeamInvalidError([...byName.keys()], faults);
  const investigators = new Set(
    agents.flatMap(({ supervises }) => supervises?.investigators ?? []),
  );
  const tools = liveTools(agents, (tool) => {
    const objections = [
      ...tool.agents
        .filter((agent) => investigators.has(agent))
        .flatMap((agent) => outwardFaults(agent, [tool])),
      ...(reservedNames.has(tool.name) ? [`${tool.name} is a name of the loop's own`] : []),
      ...(tool.agents.some((agent) => byName.has(agent))
        ? []
        : [`${tool.name} is for none of them`]),
    ];
    if (objections.length > 0) throw new TeamInvalidError([...byName.keys()], objections);
  });
  const get = (name: string): Agent => {
    const agent = byName.get(name);
    if (agent === undefined)
      throw new TeamInvalidError([...byName.keys()], [`there is no ${name}`]);
    return agent;
  };
  const now = (agent: Agent): Agent => ({ ...agent, tools: tools.of(agent) });
  return { entry, directory: tools.directory, get, now };
}

function faultsOf(agent: Agent, team: ReadonlyMap<string, Agent>): string[] {
  const names = agent.tools.map((tool) => tool.name);
  return [
    ...agent.handoffs
      .filter((to) => !team.has(to))
      .map((to) => `${agent.name} hands off to ${to}, who is not among them`),
    ...supervisionFaults(agent, team),
    ...agent.tools
      .filter((tool) => !tool.agents.includes(agent.name))
      .map((tool) => `${agent.name} carries ${tool.name}, which does not permit it`),
    ...agent.tools.flatMap((tool) =>
      partsMissingFrom(tool).map((part) => `${agent.name}'s tool ${tool.name} lacks ${part}`),
    ),
    ...names
      .filter((name) => reservedNames.has(name))
      .map((name) => `${agent.name} has a tool named ${name}, a name of the loop's own`),
    ...names
      .filter((name, index) => names.indexOf(name) < index)
      .map((name) => `${agent.name} has two tools named ${name}`),
    ...(Number.isInteger(agent.turnLimit) && agent.turnLimit > 0
      ? []
      : [`${agent.name} has the turn limit ${agent.turnLimit}`]),
  ];
}

function supervisionFaults(
  { name, supervises }: Agent,
  team: ReadonlyMap<string, Agent>,
): readonly string[] {
  if (supervises === undefined) return [];
  const { investigators, objectiveLimit, concurrency, fallback } = supervises;
  return [
    ...[...investigators, fallback]
      .filter((each) => !team.has(each))
      .map((each) => `${name} relies on ${each}, who is not among them`),
    ...(team.get(fallback)?.supervises === undefined
      ? []
      : [`${name} falls back on ${fallback}, who supervises too`]),
    ...(Number.isInteger(objectiveLimit) && objectiveLimit > 0
      ? []
      : [`${name} has the objective limit ${objectiveLimit}`]),
    ...(Number.isInteger(concurrency) && concurrency > 0
      ? []
      : [`${name} has the concurrency ${concurrency}`]),
    ...investigators.flatMap((each) => investigatorFaults(team.get(each))),
  ];
}

/** What an investigator may not be, because nobody stands behind it: who speaks for others, or changes the world outside. */
function investigatorFaults(agent: Agent | undefined): readonly string[] {
  if (agent === undefined) return [];
  const { name, tools, handoffs, supervises } = agent;
  return [
    ...(handoffs.length > 0 ? [`the investigator ${name} hands off`] : []),
    ...(supervises === undefined ? [] : [`the investigator ${name} supervises`]),
    ...outwardFaults(name, tools),
  ];
}

/** What else an investigator's tools do is refused by the database; the world outside is not behind it. */
function outwardFaults(investigator: string, tools: readonly Tool[]): readonly string[] {
  return tools
    .filter(({ effect }) => effect === 'keyed' || effect === 'unkeyed')
    .map(
      ({ name }) =>
        `the investigator ${investigator} carries ${name}, which changes the world outside`,
    );
}

export class TeamInvalidError extends HarnessError {
  constructor(names: readonly string[], faults: readonly string[]) {
    super({
      code: 'TEAM_INVALID',
      message: `The agents ${names.join(', ')} do not fit together: ${faults.join('; ')}.`,
      hint: 'Correct the agents, their tools or their handoffs.',
    });
  }
}
