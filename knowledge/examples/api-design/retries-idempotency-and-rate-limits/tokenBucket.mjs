// The shared bucket from Node.js: one script call per check, a local share of the limit when the store does not answer.
// With ioredis: redis.defineCommand("takeTokens", { numberOfKeys: 1, lua }) and
//               new SharedBuckets((...args) => redis.takeTokens(...args), { … })
// region shared
export class LocalBuckets {
  #state = new Map(); // in production: an LRU map, or callers fill the memory
  constructor({ capacity, rate, now = () => performance.now() }) {
    Object.assign(this, { capacity, rate, now });
  }

  take(key, cost = 1) { // no await inside: nothing else runs between read and write
    const now = this.now();
    const { tokens, at } = this.#state.get(key) ?? { tokens: this.capacity, at: now };
    const refilled = Math.min(this.capacity, tokens + ((now - at) * this.rate) / 1000);
    const allowed = refilled >= cost;
    this.#state.set(key, { tokens: allowed ? refilled - cost : refilled, at: now });
    return { allowed, retryAfterMs: allowed ? 0 : Math.ceil(((cost - refilled) * 1000) / this.rate) };
  }
}

export class SharedBuckets {
  constructor(takeTokens, { capacity, rate, instances, timeoutMs = 50, onStoreError = () => {} }) {
    Object.assign(this, { takeTokens, capacity, rate, timeoutMs, onStoreError });
    this.fallback = new LocalBuckets({ capacity: Math.max(1, capacity / instances), rate: rate / instances });
  }

  async take(key, cost = 1) {
    let timer;
    const timeout = new Promise((_, reject) => { timer = setTimeout(reject, this.timeoutMs, new Error("store too slow")); });
    try {
      const call = this.takeTokens(`rl:{${key}}`, this.capacity, this.rate, cost);
      const [allowed, , retryAfterMs] = await Promise.race([call, timeout]);
      return { allowed: allowed === 1, retryAfterMs };
    } catch (error) {
      this.onStoreError(error); // count it: a limiter that is silently local must be seen
      return this.fallback.take(key, cost);
    } finally {
      clearTimeout(timer);
    }
  }
}
// endregion
