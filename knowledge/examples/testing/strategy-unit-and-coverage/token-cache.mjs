// region cache
export class TokenCache {
  #fetchToken; #now; #cached = null;

  constructor(fetchToken, now = () => Date.now()) { // the clock is a parameter with a default
    this.#fetchToken = fetchToken;
    this.#now = now;
  }

  async get() {
    if (!this.#cached || this.#now() >= this.#cached.until) {
      const { token, expiresIn } = await this.#fetchToken();
      this.#cached = { token, until: this.#now() + (expiresIn - 30) * 1000 }; // 30 s early
    }
    return this.#cached.token;
  }
}
// endregion cache

export const debounce = (action, ms) => {
  let timer;
  return () => { clearTimeout(timer); timer = setTimeout(action, ms); };
};
