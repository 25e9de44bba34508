// CPU work: on the loop, and on a fixed pool of worker threads.
import { availableParallelism } from 'node:os';
import { Worker, isMainThread, parentPort } from 'node:worker_threads';

export function burn(rounds) { // stands for image scaling, PDF rendering, a big diff
  let x = 1;
  for (let i = 0; i < rounds; i++) x = (x * 48_271) % 2_147_483_647;
  return x;
}

// region pool
export class WorkerPool {
  #idle = [];
  #queue = [];
  #workers;

  constructor(file, size = Math.max(1, availableParallelism() - 1), maxQueue = 100) {
    this.maxQueue = maxQueue;
    this.#workers = Array.from({ length: size }, () => new Worker(file));
    this.#idle.push(...this.#workers);
  }

  run(input) {
    if (this.#queue.length >= this.maxQueue) return Promise.reject(new Error('pool is full')); // answer 503
    return new Promise((resolve, reject) => {
      this.#queue.push({ input, resolve, reject });
      this.#next();
    });
  }

  #next() {
    if (!this.#idle.length || !this.#queue.length) return;
    const worker = this.#idle.pop();
    const { input, resolve, reject } = this.#queue.shift();
    worker.once('message', ({ error, result }) => {
      this.#idle.push(worker);
      if (error) reject(new Error(error)); else resolve(result);
      this.#next();
    });
    worker.postMessage(input); // structured clone; pass big buffers in the transfer list instead
  }

  async close() {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}
// endregion

// region worker
if (!isMainThread) {
  parentPort.on('message', (rounds) => {
    try {
      parentPort.postMessage({ result: burn(rounds) });
    } catch (error) {
      parentPort.postMessage({ error: String(error) }); // a thrown error would end the thread
    }
  });
}
// endregion
