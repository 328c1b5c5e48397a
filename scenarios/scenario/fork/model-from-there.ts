import type { Config } from '#harness';
import type { Recording } from '#recordings';
import type { ModelMode } from '../open-model.ts';

/**
 * Who answers for the model behind a place: `scripted`, `live`, or the id of a live model; whoever answered in the recording,
 * when undefined.
 */
export function modelFromThere(
  { header }: Recording,
  maker: string | undefined,
  config: Config,
): ModelMode {
  const [, recorded] = /^(?:live|captured):(.+)$/.exec(header.made) ?? [];
  if (maker === 'scripted' || (maker === undefined && recorded === undefined)) {
    return { kind: 'scripted-http' };
  }
  const { model: named, ...others } = config;
  const chosen = maker === 'live' ? (named ?? recorded) : (maker ?? recorded);
  return {
    kind: 'live',
    config: { ...others, ...(chosen === undefined ? {} : { model: chosen }) },
  };
}
