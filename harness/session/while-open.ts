/**
 * Settles as `work` does, if the runner is open by then, and never otherwise: behind a life that is over nothing runs, no
 * `catch` meets a database that is gone, and the run goes on in the next life as if this one had been killed.
 */
export async function whileOpen<Result>(
  work: Promise<Result>,
  isClosed: () => boolean,
): Promise<Result> {
  const [result] = await Promise.allSettled([work]);
  if (isClosed()) return new Promise<never>(() => undefined);
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}
