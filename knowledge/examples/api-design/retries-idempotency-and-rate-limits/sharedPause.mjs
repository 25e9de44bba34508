// One gate per API and credential: paces requests, and a 429 seen by one worker pauses them all.
// region gate
/** Milliseconds from Retry-After, seconds or HTTP date; undefined for anything else. */
function retryAfterMs(value, now) {
  if (/^\d+$/.test(value ?? "")) return Number(value) * 1000;
  const at = Date.parse(value ?? "");
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

export class ApiGate {
  #nextSlot = 0;
  #pausedUntil = 0;

  constructor({ perSecond, now = Date.now, sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms)) }) {
    Object.assign(this, { interval: 1000 / perSecond, now, sleep });
  }

  async #turn() {
    do {
      const slot = Math.max(this.#nextSlot, this.#pausedUntil, this.now());
      this.#nextSlot = slot + this.interval; // reserved before waiting: no slot is given out twice
      await this.sleep(slot - this.now());
    } while (this.now() < this.#pausedUntil); // paused meanwhile: take a new slot, or all would leave at once
  }

  async run(send, { attempts = 4 } = {}) {
    for (let attempt = 1; ; attempt++) {
      await this.#turn();
      const response = await send();
      if (response.status !== 429) return response;
      const wait = retryAfterMs(response.headers.get("retry-after"), this.now()) ?? 1000 * 2 ** attempt;
      this.#pausedUntil = Math.max(this.#pausedUntil, this.now() + wait + Math.random() * 500); // for everybody
      if (attempt === attempts) return response;
    }
  }
}
// endregion
