import { fingerprint } from '../host/fingerprint.ts';
import type { Tool } from '../tools/define-tool.ts';

/** A versioned instruction text. */
export interface Prompt {
  readonly name: string;
  readonly text: string;
  /** SHA-256 of the text: what a run was told is provable afterwards. */
  readonly fingerprint: string;
}

/** An agent is data: adding one changes no loop. */
export interface Agent {
  readonly name: string;
  readonly prompt: Prompt;
  readonly tools: readonly Tool[];
  /** Names of the agents it may hand the conversation to. */
  readonly handoffs: readonly string[];
  /** Model turns it may take in one run. */
  readonly turnLimit: number;
}

export function definePrompt(name: string, text: string): Prompt {
  return { name, text, fingerprint: fingerprint(text) };
}

export function defineAgent(agent: Agent): Agent {
  return agent;
}
