import { setTimeout as sleep } from 'node:timers/promises';

// region worker
export async function runWorker({ take, handle, giveBack, retryLater, signal, graceMs = 20_000 }) {
  const hard = new AbortController(); // aborts the work itself, at the deadline
  let timer;
  signal.addEventListener('abort', () => { timer = setTimeout(() => hard.abort(), graceMs); }, { once: true });
  while (!signal.aborted) {
    const job = await take(signal); // a blocking read that gives up when the signal fires
    if (!job) continue;
    if (signal.aborted) { await giveBack(job); break; } // arrived together with SIGTERM: not ours to start
    try {
      await handle(job, hard.signal); // acknowledges at its end, after the effect is committed
    } catch (error) {
      if (hard.signal.aborted) await giveBack(job); // cut at the deadline: visible to the next worker at once
      else await retryLater(job, error); // failed by itself: back off, count, dead-letter in the end
    }
  }
  clearTimeout(timer);
}
// endregion worker

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const stop = new AbortController();
  process.once('SIGTERM', () => stop.abort());
  let next = 0;
  await runWorker({
    signal: stop.signal,
    graceMs: Number(process.env.GRACE_MS ?? 20_000),
    take: async () => { await sleep(5); return { id: ++next }; },
    handle: async (job, signal) => {
      console.log(`start ${job.id}`);
      await sleep(Number(process.env.JOB_MS ?? 200), undefined, { signal });
      console.log(`done ${job.id}`);
    },
    giveBack: async (job) => console.log(`back ${job.id}`),
    retryLater: async (job) => console.log(`later ${job.id}`),
  });
  console.log('closed');
}
