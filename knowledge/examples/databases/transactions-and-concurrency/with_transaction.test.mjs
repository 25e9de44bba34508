import assert from "node:assert/strict";
import test from "node:test";
import { orders, placeOrder, withTransaction } from "./with_transaction.mjs";

/** A pool whose connections write down what they were asked, by connection. */
function fakePool({ failOn } = {}) {
  const log = [];
  let next = 0;
  const open = () => {
    const id = ++next;
    return {
      query: async (sql) => {
        log.push(`${id}:${sql.split(" ")[0]}`);
        if (failOn && sql.startsWith(failOn)) throw new Error(`${failOn} failed`);
        return { rows: [] };
      },
      release: (broken) => log.push(`${id}:release${broken ? " destroyed" : ""}`),
    };
  };
  return { log, connect: async () => open(), query: (sql) => open().query(sql) };
}

test("one connection from BEGIN to COMMIT, then released", async () => {
  const pool = fakePool();
  await placeOrder(pool, "o1");
  assert.deepEqual(pool.log, ["1:BEGIN", "1:INSERT", "1:INSERT", "1:COMMIT", "1:release"]);
});

test("BEGIN through the pool lands on another connection than the insert", async () => {
  const pool = fakePool();
  await pool.query("BEGIN");
  await orders.insert(pool, "o1");
  await pool.query("COMMIT");
  assert.deepEqual(pool.log, ["1:BEGIN", "2:INSERT", "3:COMMIT"]);
});

test("a failing COMMIT rolls back, reaches the caller and releases", async () => {
  const pool = fakePool({ failOn: "COMMIT" });
  await assert.rejects(placeOrder(pool, "o1"), /COMMIT failed/);
  assert.deepEqual(pool.log.slice(-2), ["1:ROLLBACK", "1:release"]);
});

test("a connection that cannot even roll back is destroyed", async () => {
  const pool = fakePool({ failOn: "ROLLBACK" });
  await assert.rejects(withTransaction(pool, async () => { throw new Error("business rule"); }), /business rule/);
  assert.equal(pool.log.at(-1), "1:release destroyed");
});
