import { canonicalJson } from '#harness/values';
import type { Story } from './story.ts';

/** A step at which a run comes back to where it was before. Steps are those of the story. */
export interface Loop {
  /** `same-call`: a tool is called again with the same input. `back-to-agent`: an agent that had handed over is back. */
  readonly kind: 'same-call' | 'back-to-agent';
  readonly from: number;
  readonly to: number;
}

/** A call that waited for a person and is then carried out is the same call, and no loop. */
export function loopsOf({ steps }: Story): readonly Loop[] {
  const loops: Loop[] = [];
  const called = new Map<string, { readonly index: number; readonly call: string }>();
  const spoke = new Map<string, number>();
  const speaker = new Map<number | undefined, string>();
  for (const { index, run, subAgent, agent = '', ...step } of steps) {
    if (step.kind === 'tool') {
      const name = `${step.place.lane} ${step.tool} ${canonicalJson(step.input)}`;
      const before = called.get(name);
      if (before !== undefined && before.call !== step.call) {
        loops.push({ kind: 'same-call', from: index, to: before.index });
      }
      called.set(name, { index, call: step.call });
    } else if (step.kind === 'model' && subAgent === 0) {
      const before = spoke.get(`${run} ${agent}`);
      if (before !== undefined && speaker.get(run) !== agent) {
        loops.push({ kind: 'back-to-agent', from: index, to: before });
      }
      spoke.set(`${run} ${agent}`, index);
      speaker.set(run, agent);
    }
  }
  return loops;
}
