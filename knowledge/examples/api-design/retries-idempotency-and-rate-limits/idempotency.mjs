// Idempotency-Key when the work calls another system: claim, work, complete are three steps, so a claim has a lease.
import { createHash, randomUUID } from "node:crypto";

// region middleware
export async function idempotent(store, request, work, { leaseMs = 30_000, now = Date.now } = {}) {
  const key = request.headers["idempotency-key"]?.trim().replace(/^"(.*)"$/, "$1");
  if (!key) return problem(400, "key-missing", "Idempotency-Key header is required");
  const hash = createHash("sha256").update(`${request.method}\n${request.path}\n`).update(request.body).digest("hex");

  const owner = randomUUID();
  const row = await store.claim({ account: request.account, key, hash, owner, leaseMs, now: now() });
  if (row.hash !== hash) return problem(422, "key-reused", "Idempotency-Key was used with another request");
  if (row.reply) return { ...row.reply, headers: { ...row.reply.headers, "idempotent-replayed": "true" } };
  if (row.owner !== owner) return problem(409, "key-in-flight", "The first request is still running", { "retry-after": "1" });

  try {
    // hand the SAME derived key to the payment provider: a second run after a crash must not charge again
    const reply = await work({ downstreamKey: `${request.account}:${key}` });
    await store.complete({ account: request.account, key, owner, reply }); // only while we still own the lease
    return reply;
  } catch (error) {
    await store.release({ account: request.account, key, owner }); // let the client's retry run at once
    throw error;
  }
}

const problem = (status, slug, title, headers = {}) => ({
  status,
  headers: { "content-type": "application/problem+json", ...headers },
  body: JSON.stringify({ type: `https://api.example.com/problems/${slug}`, title, status }),
});
// endregion

// Offline double of the PostgreSQL store. One call is one atomic statement there:
// claim:    INSERT … ON CONFLICT (account, key) DO UPDATE SET owner = excluded.owner, lease_until = excluded.lease_until
//           WHERE keys.reply IS NULL AND keys.lease_until < now() AND keys.hash = excluded.hash; then SELECT the row
// complete: UPDATE … SET reply = $reply WHERE account = $1 AND key = $2 AND owner = $3 AND reply IS NULL
export class MemoryStore {
  rows = new Map();

  async claim({ account, key, hash, owner, leaseMs, now }) {
    const id = JSON.stringify([account, key]);
    const row = this.rows.get(id);
    if (!row) this.rows.set(id, { hash, owner, leaseUntil: now + leaseMs, reply: null });
    else if (!row.reply && row.leaseUntil < now && row.hash === hash) {
      row.owner = owner;
      row.leaseUntil = now + leaseMs;
    }
    return { ...this.rows.get(id) };
  }

  async complete({ account, key, owner, reply }) {
    const row = this.rows.get(JSON.stringify([account, key]));
    if (row?.owner !== owner || row.reply) return false;
    row.reply = reply;
    return true;
  }

  async release({ account, key, owner }) {
    const row = this.rows.get(JSON.stringify([account, key]));
    if (row?.owner === owner && !row.reply) row.leaseUntil = -1;
  }
}
