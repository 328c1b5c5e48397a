import type { Json } from '../session/event.ts';

/** What stands where a result was: which one, and how large. The call it answers stays, so the pair is whole. */
export function placeholder(result: {
  readonly tool: string;
  readonly callId: string;
  readonly tokens: number;
}): Json {
  return {
    leftOut: { ...result },
    note: 'The call was carried out. Its result is left out here for its size.',
  };
}
