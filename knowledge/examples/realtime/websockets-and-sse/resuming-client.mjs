// region resume
export class ResumingClient {
  #open; #wait; #random; #attempt = 0; #stopped = false;
  #epoch; #seq = 0;

  /** open(hello) gives an async iterable of messages that ends when the connection does. */
  constructor({ open, reload, onEvent, wait, random = Math.random }) {
    Object.assign(this, { reload, onEvent });
    this.#open = open; this.#wait = wait; this.#random = random;
  }

  stop() { this.#stopped = true; }
  async run() {
    while (!this.#stopped) {
      try {
        for await (const message of this.#open({ epoch: this.#epoch, after: this.#seq })) {
          await this.#handle(message);
        }
      } catch { /* refused or broken: same treatment as a clean end */ }
      if (this.#stopped) return;
      const ceiling = Math.min(30_000, 1_000 * 2 ** this.#attempt++);
      await this.#wait(this.#random() * ceiling); // full jitter: 50,000 clients do not return together
    }
  }

  async #handle({ type, epoch, seq, body }) {
    if (type === 'reset') { // too long away: the snapshot says up to which number it is complete
      const snapshot = await this.reload();
      this.#epoch = epoch; this.#seq = snapshot.seq;
    } else if (type === 'welcome') {
      this.#epoch = epoch;
    } else if (seq > this.#seq) { // a replayed number at or under ours is a duplicate
      if (seq !== this.#seq + 1) throw new Error('gap'); // reconnect, resume from the last good one
      await this.onEvent(body);
      this.#seq = seq; // only after it was handled
      this.#attempt = 0; // a working connection, not merely an open one
    }
  }
}
// endregion
