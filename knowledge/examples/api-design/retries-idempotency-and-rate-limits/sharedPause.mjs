// One gate per API and credential: paces requests, and a 429 seen by one worker pauses them all.
// region gate
export class ApiGate {
  #nextSlot = 0;
  #pausedUntil = 0;

  constructor({ perSecond, now = Date.now, sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms)) }) {
    Object.assign(this, { interval: 1000 / perSecond, now, sleep });
  }

  async #turn() {
    const slot = Math.max(this.#nextSlot, this.now());
    this.#nextSlot = slot + this.interval; // reserved before waiting: no slot is given out twice
    await this.sleep(slot - this.now());
    while (this.now() < this.#pausedUntil) await this.sleep(this.#pausedUntil - this.now() + Math.random() * 500);
  }

  async run(send, { attempts = 4 } = {}) {
    for (let attempt = 1; ; attempt++) {
      await this.#turn();
      const response = await send();
      if (response.status !== 429 || attempt === attempts) return response;
      const seconds = Number(response.headers.get("retry-after")) || 2 ** attempt; // a date becomes NaN: back off
      this.#pausedUntil = Math.max(this.#pausedUntil, this.now() + seconds * 1000);
    }
  }
}
// endregion
