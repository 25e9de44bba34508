// Lock with a token-checked release, node-redis interface (createClient from "redis").
import { randomUUID } from "node:crypto";

// region lock
const RELEASE = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`;

/** Runs `work` when the lock is free; `skipped` otherwise. `work` must stop when the signal fires. */
export async function withLock(client, name, work, { ttlMs = 30_000 } = {}) {
  const key = `lock:${name}`;
  const token = randomUUID();
  const started = performance.now();
  const got = await client.set(key, token, { condition: "NX", expiration: { type: "PX", value: ttlMs } });
  if (got !== "OK") return { skipped: true };
  // the lease began at the server before we heard of it: count from before the call, and keep a margin
  const remaining = ttlMs - (performance.now() - started) - ttlMs / 10;
  const signal = AbortSignal.timeout(Math.max(1, Math.floor(remaining)));
  try {
    return { skipped: false, value: await work(signal) };
  } finally {
    // a failed release must not hide the result or the error of `work`: the lease ends by itself
    await client.eval(RELEASE, { keys: [key], arguments: [token] }).catch(() => {});
  }
}
// endregion
