// Many calls, a few at a time, and an end to all of them when one fails.

// region map_limit
export async function mapLimit(items, limit, work, { signal } = {}) {
  const results = new Array(items.length);
  const stop = new AbortController();
  const combined = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  const entries = items.entries(); // shared by all lanes: each item is taken once

  async function lane() {
    for (const [index, item] of entries) {
      combined.throwIfAborted();
      results[index] = await work(item, combined);
    }
  }

  const lanes = Array.from({ length: Math.min(limit, items.length) }, lane);
  try {
    await Promise.all(lanes);
    return results;
  } catch (error) {
    stop.abort(error); // Promise.all only rejects; this cancels the calls still running
    await Promise.allSettled(lanes); // nothing runs on behind our back
    throw error;
  }
}
// endregion
