import type { Fact } from '../session/event.ts';
import type { Tool } from '../tools/define-tool.ts';
import { createToolDirectory, type ToolDirectory } from '../tools/tool-directory.ts';
import type { Agent } from './define-agent.ts';

/** The tools that agents have now, which may be others than they were defined with. */
export interface LiveTools {
  readonly directory: ToolDirectory;
  /** Its own, without what was removed, and behind them what was registered for it since. */
  readonly of: (agent: Agent) => readonly Tool[];
}

/** `admit` throws for a tool that may not join. */
export function liveTools(agents: readonly Agent[], admit: (tool: Tool) => void): LiveTools {
  const own = new Map(agents.flatMap((agent) => agent.tools.map((tool) => [tool.name, tool])));
  const directory = createToolDirectory([...own.values()]);
  const registered = new Map<string, Tool>();
  const removed = new Set<string>();
  return {
    directory: {
      ...directory,
      register: (tool) => {
        admit(tool);
        directory.register(tool);
        registered.set(tool.name, tool);
      },
      remove: (name) => {
        const wasThere = directory.remove(name);
        if (wasThere && !registered.delete(name)) removed.add(name);
        return wasThere;
      },
    },
    of: ({ name: agent, tools }) => [
      ...tools.filter(({ name }) => !removed.has(name)),
      ...[...registered.values()].filter((tool) => tool.agents.includes(agent)),
    ],
  };
}

/** Versions by name. */
export type ToolVersions = Readonly<Record<string, string>>;

export type ToolsChanged = Extract<Fact, { readonly type: 'tools-changed' }>;

function versionsOf(tools: readonly Tool[]): ToolVersions {
  return Object.fromEntries(tools.map(({ name, version }) => [name, version]));
}

/** The fact that an agent has other tools than it was last shown, if it has. */
export function toolsChanged(
  { name, tools }: Agent,
  shown: ToolVersions,
): ToolsChanged | undefined {
  const versions = versionsOf(tools);
  const added = Object.keys(versions).filter((tool) => shown[tool] !== versions[tool]);
  const removed = Object.keys(shown).filter((tool) => shown[tool] !== versions[tool]);
  if (added.length === 0 && removed.length === 0) return undefined;
  return { type: 'tools-changed', agent: name, added, removed, versions };
}

/** What each agent was last shown, by what the facts say; what they do not say it has from its definition. */
export interface ShownTools {
  readonly note: (fact: Fact) => void;
  readonly to: (agent: Agent) => ToolVersions;
}

export function shownTools(history: readonly Fact[]): ShownTools {
  const shown = new Map<string, ToolVersions>();
  const note = (fact: Fact): void => {
    if (fact.type === 'tools-changed') shown.set(fact.agent, fact.versions);
  };
  for (const fact of history) note(fact);
  return { note, to: ({ name, tools }) => shown.get(name) ?? versionsOf(tools) };
}
