import { type CallRecording, placeName } from '#recordings';

/** A request that begins otherwise than the one before it, on purpose. */
export interface MeantMove {
  /** Such as `main#4`. */
  readonly at: string;
  readonly reason: string;
}

/** What is to be said of requests that do not begin with the one before them in their lane. */
export function cacheMoves(
  { exchanges }: CallRecording,
  meant: readonly MeantMove[],
): readonly string[] {
  const before = new Map<string, { readonly head: string; readonly messages: number }>();
  const moved = new Map<string, string>();
  for (const exchange of exchanges) {
    if (exchange.t !== 'model') continue;
    const { lane, n, request } = exchange;
    const { system, tools, keep, messages } = request;
    const head = JSON.stringify([system, tools]);
    const last = before.get(lane);
    before.set(lane, { head, messages: keep + messages.length });
    if (last === undefined) continue;
    const place = placeName({ lane, ordinal: n });
    if (head !== last.head) moved.set(place, 'its instructions or tools are others');
    else if (keep < last.messages) {
      moved.set(place, `it keeps ${keep} of the ${last.messages} messages before it`);
    }
  }
  const isMeant = (place: string): boolean =>
    meant.some(({ at, reason }) => at === place && reason.trim() !== '');
  return [
    ...[...moved]
      .filter(([place]) => !isMeant(place))
      .map(
        ([place, what]) =>
          `The request at ${place} does not begin with the one before it: ${what}.`,
      ),
    ...meant
      .filter(({ at }) => !moved.has(at))
      .map(
        ({ at, reason }) =>
          `The request at ${at} begins with the one before it, and need not be excused (${reason}).`,
      ),
  ];
}
