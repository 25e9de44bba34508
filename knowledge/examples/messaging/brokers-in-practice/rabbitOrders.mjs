// RabbitMQ with amqplib 2: confirmed publishing and manual acknowledgement.
import amqp from "amqplib";

// region node
export async function start(url, handle) {
  const connection = await amqp.connect(url, { clientProperties: { connection_name: "billing" } });
  connection.on("error", (error) => console.error("amqp", error.message));
  connection.on("close", () => process.exit(1)); // amqplib does not reconnect: let the supervisor restart us

  const outgoing = await connection.createConfirmChannel();
  const unroutable = new Set();
  outgoing.on("return", (message) => unroutable.add(message.properties.messageId)); // arrives before the confirm

  const publish = (event) => new Promise((resolve, reject) => {
    const options = { persistent: true, mandatory: true, messageId: event.id, contentType: "application/json" };
    outgoing.publish("orders", `order.paid.${event.country}`, Buffer.from(JSON.stringify(event)), options, (error) => {
      if (error) reject(error);
      else if (unroutable.delete(event.id)) reject(new Error(`no queue bound for ${event.id}`));
      else resolve();
    });
  });

  const incoming = await connection.createChannel();
  await incoming.prefetch(20); // handlers of milliseconds; 1 or 2 if one takes a second or more
  await incoming.consume("billing", async (message) => {
    if (message === null) return process.exit(1); // the broker cancelled the consumer, e.g. the queue was deleted
    try {
      await handle(JSON.parse(message.content.toString()), message.properties.messageId);
      incoming.ack(message);
    } catch (error) {
      incoming.reject(message, error.permanent !== true); // true: back to the queue, delayed and counted there
    }
  });
  return { publish, close: () => connection.close() };
}
// endregion
