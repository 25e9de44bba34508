// BullMQ 6: retries are off until `attempts` is above 1. Needs Redis.
import { Queue, UnrecoverableError, Worker } from "bullmq";

// region bullmq
const connection = { host: "redis.example" }; // BullMQ itself lifts the retry limit for workers; a Queue shall fail fast

const receipts = new Queue("receipts", {
  connection,
  defaultJobOptions: {
    attempts: 14, // default: one attempt; 2 s doubled 13 times ends after 4.5 hours at most
    backoff: { type: "exponential", delay: 2_000, jitter: 1 }, // 1: uniform between 0 and the full delay
    removeOnComplete: { age: 24 * 3600 }, // keep Redis small
    removeOnFail: false, // the failed set is the dead-letter queue: keep it, alert on it
  },
});

new Worker("receipts", async (job) => {
  const response = await fetch("https://mail.example/send", {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "idempotency-key": `receipt:${job.data.orderId}`, // from the business, the same on every attempt
    },
    body: JSON.stringify(job.data),
    signal: AbortSignal.timeout(10_000),
  });
  const permanent = response.status >= 400 && response.status < 500 && ![408, 409, 425, 429].includes(response.status);
  if (permanent) throw new UnrecoverableError(`mail provider refused with ${response.status}`);
  if (!response.ok) throw new Error(`mail provider answered ${response.status}`);
}, { connection, concurrency: 10 });
// endregion
