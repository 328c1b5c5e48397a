import type { z } from 'zod';
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
  /** The shape of its answers, which are JSON then; text when absent. */
  readonly output?: z.ZodType;
  /** Makes it a supervisor: before it acts it has others find out. */
  readonly supervises?: Supervision;
}

/** How a supervisor has others find out, before it acts with its own tools and speaks to the customer. */
export interface Supervision {
  /** Names of the agents that it may send out. They find out, and change nothing. */
  readonly investigators: readonly string[];
  /** Objectives that one plan may have. */
  readonly objectiveLimit: number;
  /** Investigators of one run that work at a time. */
  readonly concurrency: number;
  /** Who takes the run when no plan comes off: the path with one agent. */
  readonly fallback: string;
  /** A person sees every plan before it is carried out, and may change it; nobody does when absent. */
  readonly gate?: { readonly roles: readonly string[]; readonly reason: string };
}

export function definePrompt(name: string, text: string): Prompt {
  return { name, text, fingerprint: fingerprint(text) };
}

export function defineAgent(agent: Agent): Agent {
  return agent;
}
