// Idempotent consumer over any client with BEGIN / COMMIT / ROLLBACK (node-postgres, a transaction of an ORM).
// region consumer
export function idempotentConsumer(pool, consumer, apply) {
  return async function onMessage(message) {
    const client = await pool.connect();
    try {
      await client.query("BEGIN");
      const { rowCount } = await client.query(
        "INSERT INTO inbox (consumer, message_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        [consumer, message.id],
      );
      if (rowCount === 1) await apply(client, message.payload); // same client: same transaction
      await client.query("COMMIT");
      return rowCount === 1 ? "done" : "duplicate"; // either way the caller acknowledges now
    } catch (error) {
      await client.query("ROLLBACK");
      throw error; // the caller retries or parks the message; no acknowledgement
    } finally {
      client.release();
    }
  };
}
// endregion
