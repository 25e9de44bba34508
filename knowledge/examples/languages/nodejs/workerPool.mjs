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
  #idle = []; #busy = new Map(); #queue = []; #closed = false; // busy: worker → the job it runs

  constructor(file, size = Math.max(1, availableParallelism() - 1), maxQueue = 100) {
    Object.assign(this, { file, maxQueue });
    for (let n = 0; n < size; n++) this.#start();
  }

  run(input) {
    if (this.#closed || this.#queue.length >= this.maxQueue) return Promise.reject(new Error('pool is full or closed')); // answer 503
    return new Promise((resolve, reject) => { this.#queue.push({ input, resolve, reject }); this.#next(); });
  }

  #start() {
    if (this.#closed) return;
    const worker = new Worker(this.file);
    const settle = (how, value) => { this.#busy.get(worker)?.[how](value); this.#busy.delete(worker); };
    worker.on('message', ({ error, result }) => {
      if (error) settle('reject', new Error(error)); else settle('resolve', result);
      this.#next(worker);
    });
    worker.on('error', (error) => settle('reject', error)); // without a listener a dead thread ends the process
    worker.on('exit', () => {
      settle('reject', new Error('worker ended'));
      this.#idle = this.#idle.filter((other) => other !== worker);
      if (!this.#closed) setTimeout(() => this.#start(), 100); // replaced, but not in a hot loop
    });
    this.#next(worker);
  }

  #next(free) {
    if (free) this.#idle.push(free);
    if (!this.#idle.length || !this.#queue.length) return;
    const [worker, job] = [this.#idle.pop(), this.#queue.shift()];
    this.#busy.set(worker, job);
    worker.postMessage(job.input); // structured clone; pass big buffers in the transfer list instead
  }
// endregion

  async close() {
    this.#closed = true;
    for (const { reject } of this.#queue.splice(0)) reject(new Error('pool is full or closed'));
    await Promise.all([...this.#idle, ...this.#busy.keys()].map((worker) => worker.terminate()));
  }
}

// region worker
if (!isMainThread) {
  parentPort.on('message', (rounds) => {
    if (rounds === 'die') process.exit(3); // for the test: a thread that ends in the middle of a job
    try {
      parentPort.postMessage({ result: burn(rounds) });
    } catch (error) {
      parentPort.postMessage({ error: String(error) }); // a thrown error would end the thread
    }
  });
}
// endregion
