import { canonicalJson, type ExchangePlace } from '#harness';
import type { ModelRequest } from '../format/model-request.ts';
import { placeName, placeOf } from '../format/recording.ts';
import type { ExchangeReference } from './divergence.ts';
import { type AnyTape, referenceTo } from './tape.ts';

/** Where else the recording holds exactly this request, in whatever lane. */
export function findTwin(
  asked: ModelRequest,
  at: ExchangePlace,
  { exchanges }: AnyTape,
): { readonly wouldMatch?: ExchangeReference } {
  const text = textOf(asked);
  const twin = exchanges.find(
    (each) =>
      each.t === 'model' &&
      placeName(placeOf(each)) !== placeName(at) &&
      textOf(each.request) === text,
  );
  return twin === undefined ? {} : { wouldMatch: referenceTo(twin) };
}

function textOf({ system, tools, settings, messages }: ModelRequest): string {
  return canonicalJson([[...system], [...tools], { ...settings }, [...messages]]);
}
