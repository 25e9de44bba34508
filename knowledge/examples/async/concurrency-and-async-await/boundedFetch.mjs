// Bounded fan-out with a timeout for each call; the first failure cancels the rest.
// region bounded
export async function mapBounded(items, work, { atOnce = 20, eachMs = 2_000, signal } = {}) {
  const results = new Array(items.length);
  const stop = new AbortController();
  const outer = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  const entries = items.entries(); // shared: each item is taken by exactly one lane

  async function lane() {
    for (const [index, item] of entries) {
      outer.throwIfAborted();
      // pass the signal on: fetch(url, { signal }) closes the socket, a signal nobody reads cancels nothing
      results[index] = await work(item, AbortSignal.any([outer, AbortSignal.timeout(eachMs)]));
    }
  }

  const lanes = Array.from({ length: Math.min(atOnce, items.length) }, lane);
  try {
    await Promise.all(lanes);
    return results;
  } catch (error) {
    stop.abort(error);
    await Promise.allSettled(lanes); // when this function returns, nothing of it runs any more
    throw error;
  }
}
// endregion
