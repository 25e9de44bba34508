// region bulkhead
export class BulkheadFull extends Error {} // answer 503: this dependency is saturated, the service is not

export class Bulkhead {
  #running = 0;
  #waiting = [];
  constructor({ concurrency, queue = 0, maxWaitMs = 100 }) {
    Object.assign(this, { concurrency, queue, maxWaitMs });
  }

  async run(work) {
    await this.#enter();
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift(); // hand the place over, or free it
      if (next) next.enter();
      else this.#running -= 1;
    }
  }

  #enter() {
    if (this.#running < this.concurrency) {
      this.#running += 1;
      return undefined;
    }
    if (this.#waiting.length >= this.queue) throw new BulkheadFull("queue is full");
    return new Promise((resolve, reject) => {
      const entry = { enter: () => { clearTimeout(timer); resolve(); } };
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(entry), 1);
        reject(new BulkheadFull("waited too long"));
      }, this.maxWaitMs);
      this.#waiting.push(entry);
    });
  }
}
// endregion bulkhead
