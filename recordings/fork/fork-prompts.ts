import type { LanguageModelV4, LanguageModelV4CallOptions } from '@ai-sdk/provider';
import { type Agent, definePrompt, type Exchanges, HarnessError } from '#harness';
import { laneOf, placeName } from '../format/recording.ts';

/** Agents that are told something else from a place on. */
export interface ForkedPrompts {
  /** With what they are told then, for whoever has to know prompts by their names. */
  readonly agents: readonly Agent[];
  /** Stands before the exchanges that are to see what was told where. */
  readonly around: (exchanges: Exchanges) => Exchanges;
}

/**
 * Tells models the other prompts of their agents, by their names, but at the places of `prefix`. Only the seam knows where a
 * prompt becomes another: the harness goes on with the agents' own, in its log and in the room that it reckons for them, so
 * what comes before stays as it was.
 * @throws AgentUnknownError
 */
export function forkPrompts(
  agents: readonly Agent[],
  prompts: Readonly<Record<string, string>>,
  prefix: ReadonlySet<string>,
): ForkedPrompts {
  const changes = new Map(
    Object.entries(prompts).map(([name, text]) => {
      const agent = agents.find((each) => each.name === name);
      if (agent === undefined) throw new AgentUnknownError(name, agents);
      return [name, { agent, own: agent.prompt.text, text }] as const;
    }),
  );
  return {
    agents: [...changes.values()].map(({ agent, text }) => ({
      ...agent,
      prompt: definePrompt(agent.prompt.name, text),
    })),
    around: (exchanges) => ({
      ...exchanges,
      model: (place, model) => {
        const asked = exchanges.model(place, model);
        const change = changes.get(laneOf(place.lane).agent ?? '');
        const isBehind = change !== undefined && !prefix.has(placeName(place));
        return isBehind ? toldInstead(asked, change) : asked;
      },
    }),
  };
}

/** The same model, which is told `text` where `own` would be told, also within what a supervisor is told when it plans. */
function toldInstead(
  model: LanguageModelV4,
  { own, text }: { readonly own: string; readonly text: string },
): LanguageModelV4 {
  const instead = (options: LanguageModelV4CallOptions): LanguageModelV4CallOptions => ({
    ...options,
    prompt: options.prompt.map((message) =>
      message.role === 'system'
        ? { ...message, content: message.content.replaceAll(own, () => text) }
        : message,
    ),
  });
  const { specificationVersion, provider, modelId, supportedUrls } = model;
  return {
    specificationVersion,
    provider,
    modelId,
    supportedUrls,
    doGenerate: (options) => model.doGenerate(instead(options)),
    doStream: (options) => model.doStream(instead(options)),
  };
}

export class AgentUnknownError extends HarnessError {
  constructor(name: string, agents: readonly Agent[]) {
    super({
      code: 'AGENT_UNKNOWN',
      message: `There is no agent ${name} whose prompt could be another.`,
      hint: `There are ${agents.map((agent) => agent.name).join(', ')}.`,
    });
  }
}
