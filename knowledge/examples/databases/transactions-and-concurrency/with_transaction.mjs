// One transaction on one connection, for pg (node-postgres) or any pool with the same shape. Node.js 20.

// region with-transaction
/** Runs `work(client)` in one transaction. Everything inside must go through `client`, never through `pool`. */
export async function withTransaction(pool, work) {
  const client = await pool.connect();
  let broken;
  try {
    await client.query("BEGIN");
    const result = await work(client);
    await client.query("COMMIT"); // may fail: the caller must see that as "not saved"
    return result;
  } catch (error) {
    try {
      await client.query("ROLLBACK");
    } catch (rollbackError) {
      broken = rollbackError; // connection state unknown: do not give it to the next request
    }
    throw error;
  } finally {
    client.release(broken); // a truthy argument destroys the connection
  }
}
// endregion

// region join
/** Service code that works alone and inside a larger transaction: the executor is a parameter. */
export const orders = {
  insert: (db, id) => db.query("INSERT INTO orders (id) VALUES ($1)", [id]),
};

export async function placeOrder(pool, id) {
  return withTransaction(pool, async (tx) => {
    await orders.insert(tx, id);
    await tx.query("INSERT INTO outbox (topic, key) VALUES ('order.placed', $1)", [id]);
  });
}
// endregion
