import { createHmac, timingSafeEqual } from "node:crypto";

// region verify
const TOLERANCE = 300; // seconds

const sign = (secret, id, timestamp, body) =>
  createHmac("sha256", Buffer.from(secret.replace(/^whsec_/, ""), "base64"))
    .update(`${id}.${timestamp}.`)
    .update(body) // a Buffer: what came over the wire
    .digest();

/** `body` must be the raw Buffer: express.raw({ type: "application/json" }), or a Fastify parser with parseAs: "buffer". */
export function verifyWebhook(secrets, headers, body, now = Date.now() / 1000) {
  if (!Buffer.isBuffer(body)) throw new TypeError("pass the raw body, not parsed JSON");
  const { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signatures } = headers;
  if (!id || !/^\d{1,12}$/.test(timestamp ?? "") || !signatures) throw new Error("missing webhook headers");
  if (Math.abs(now - Number(timestamp)) > TOLERANCE) throw new Error("timestamp outside the tolerance");
  const expected = secrets.map((secret) => sign(secret, id, timestamp, body));
  const valid = signatures.split(" ").some((entry) => {
    const [version, value] = entry.split(",");
    const given = Buffer.from(value ?? "", "base64");
    // timingSafeEqual throws on different lengths, so compare those first
    return version === "v1" && expected.some((e) => e.length === given.length && timingSafeEqual(e, given));
  });
  if (!valid) throw new Error("no signature matches");
  return id;
}
// endregion

// region sign
export function webhookHeaders(secrets, id, body, now = Date.now() / 1000) {
  const timestamp = Math.floor(now);
  const signatures = secrets.map((secret) => "v1," + sign(secret, id, timestamp, body).toString("base64"));
  return { "webhook-id": id, "webhook-timestamp": String(timestamp), "webhook-signature": signatures.join(" ") };
}
// endregion
