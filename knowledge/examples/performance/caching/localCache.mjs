// region local
/** In-process cache: bounded, with a short jittered TTL and one load per key. */
export class LocalCache {
  #entries = new Map(); #flights = new Map(); #max; #ttl; #now; #random;

  constructor({ max = 5_000, ttlMs = 5_000, now = Date.now, random = Math.random } = {}) {
    Object.assign(this, { hits: 0, misses: 0 });
    this.#max = max; this.#ttl = ttlMs; this.#now = now; this.#random = random;
  }

  async get(key, load) {
    const entry = this.#entries.get(key);
    if (entry && entry.until > this.#now()) {
      this.hits++;
      this.#entries.delete(key); // move to the end: Map keeps insertion order, so the front is the oldest
      this.#entries.set(key, entry);
      return entry.value;
    }
    this.misses++;
    let flight = this.#flights.get(key);
    if (!flight) {
      flight = (async () => load())().then((value) => {
        if (this.#flights.get(key) === flight) this.#set(key, value); // not after an invalidation
        return value;
      }).finally(() => { if (this.#flights.get(key) === flight) this.#flights.delete(key); });
      this.#flights.set(key, flight);
    }
    return flight;
  }

  invalidate(key) { this.#entries.delete(key); this.#flights.delete(key); }
  clear() { this.#entries.clear(); this.#flights.clear(); } // when the invalidation channel was interrupted

  #set(key, value) {
    this.#entries.delete(key);
    this.#entries.set(key, { value, until: this.#now() + this.#ttl * (0.9 + 0.2 * this.#random()) });
    if (this.#entries.size > this.#max) this.#entries.delete(this.#entries.keys().next().value);
  }
}
// endregion
