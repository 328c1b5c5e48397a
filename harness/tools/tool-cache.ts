import type { EffectClass } from './define-tool.ts';

/** That a result may be answered again to the same call of the same run. */
export interface ToolCache {
  /** For how long, milliseconds by the host's clock: how old what the model is told may be. */
  readonly lifeMs: number;
}

/** Whether it leaves everything as it was. */
export const changesNothing = (effect: EffectClass): boolean =>
  effect === 'read' || effect === 'compute';

/** What is wrong with how a tool's results are kept. */
export function cacheFaults({
  cache,
  effect,
}: {
  readonly cache?: ToolCache;
  readonly effect: EffectClass;
}): readonly string[] {
  if (cache === undefined) return [];
  return [
    ...(changesNothing(effect) ? [] : ['an effect class that changes nothing, to be cached']),
    ...(cache.lifeMs > 0 ? [] : ['a life of what is cached']),
  ];
}
