// A client that refreshes once, however many requests notice the expiry at the same moment.

// region single-flight
export class TokenSource {
  #tokens; #refreshing; #refresh; #now;

  constructor(tokens, refresh, now = Date.now) { // tokens: { access, refresh, expiresAt }
    this.#tokens = tokens;
    this.#refresh = refresh; // POSTs grant_type=refresh_token and returns the new pair
    this.#now = now;
  }

  async access() {
    if (this.#now() < this.#tokens.expiresAt - 30_000) return this.#tokens.access; // 30 s early: clocks and queues
    this.#refreshing ??= this.#refresh(this.#tokens.refresh)
      .then((next) => { this.#tokens = { refresh: this.#tokens.refresh, ...next }; }) // rotated: keep the new one
      .finally(() => { this.#refreshing = undefined; });
    await this.#refreshing;
    return this.#tokens.access;
  }
}
// endregion
