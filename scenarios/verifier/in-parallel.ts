/** Maps `items` with at most `limit` at work at once; results in the items' order. Stops at the first error or abort. */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  { limit, signal }: { readonly limit: number; readonly signal: AbortSignal },
  work: (item: Item, index: number) => Promise<Result>,
): Promise<readonly Result[]> {
  const results = new Map<number, Result>();
  const queue = items.entries();
  let failed = false;
  const lane = async (): Promise<void> => {
    for (const [index, item] of queue) {
      signal.throwIfAborted();
      if (failed) return;
      try {
        results.set(index, await work(item, index));
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: limit }, lane));
  const failure = lanes.find((each) => each.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
  return items.flatMap((_, index) => {
    const result = results.get(index);
    return result === undefined ? [] : [result];
  });
}
