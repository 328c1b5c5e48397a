import type { Json } from '../session/event.ts';

/**
 * What stands where a result was: of which tool, and how large. The call it answers stays, so the pair is whole and names the
 * call; its id is a provider's chance, which nothing that is shown may depend on.
 */
export function placeholder({
  tool,
  tokens,
}: {
  readonly tool: string;
  readonly tokens: number;
}): Json {
  return {
    leftOut: { tool, tokens },
    note: 'The call was carried out. Its result is left out here for its size.',
  };
}
