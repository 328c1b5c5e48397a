import type { Fact } from '../session/event.ts';
import type { Run, RunOutside } from './run-agent.ts';
import { openContext, type RunContext } from './run-context.ts';

/** What a run carries from one phase to the next: one numbering of its steps, one log, one context. */
export interface Course {
  /** `model#1`, `model#2`, `issueRefund#1`: counted per name, so a name survives unrelated edits to the agent. */
  readonly names: (name: string) => string;
  /** What is told is in the log, and in what the model is shown next. */
  readonly tell: (step: string, facts: readonly Fact[]) => Promise<void>;
  readonly context: RunContext;
}

export function openCourse(run: Run, outside: RunOutside): Course {
  const names = stepNames();
  const tell = async (step: string, facts: readonly Fact[]): Promise<void> => {
    for (const fact of facts) context.add(fact);
    await run.log.append(step, facts);
  };
  const context = openContext(run, { names, tell }, outside);
  return { names, tell, context };
}

function stepNames(): (name: string) => string {
  const counts = new Map<string, number>();
  return (name) => {
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return `${name}#${count}`;
  };
}
