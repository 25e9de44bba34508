import assert from "node:assert/strict";
import { test } from "node:test";
import { verifyWebhook, webhookHeaders } from "./webhookSigning.mjs";

const secret = (n) => "whsec_" + Buffer.alloc(24, n).toString("base64");
const BODY = Buffer.from('{"type":"order.paid","data":{"id":"ord_1","total":10.0}}');
const NOW = 1_764_063_000;

test("the same vector as in Python", () => {
  assert.equal(webhookHeaders([secret(1)], "msg_1", BODY, NOW)["webhook-signature"], "v1,93TVhI4UmcXdbJcXTYGnak8Xd01rt3MPX82rZ6YpuRU=");
});

test("round trip, rotation and the wrong secret", () => {
  const sent = webhookHeaders([secret(2), secret(1)], "msg_1", BODY, NOW);
  assert.equal(verifyWebhook([secret(1)], sent, BODY, NOW), "msg_1");
  assert.equal(verifyWebhook([secret(2)], sent, BODY, NOW + 300), "msg_1");
  assert.throws(() => verifyWebhook([secret(3)], sent, BODY, NOW), /matches/);
});

test("replay, changed time, changed body", () => {
  const sent = webhookHeaders([secret(1)], "msg_1", BODY, NOW);
  assert.throws(() => verifyWebhook([secret(1)], sent, BODY, NOW + 301), /tolerance/);
  assert.throws(() => verifyWebhook([secret(1)], { ...sent, "webhook-timestamp": String(NOW + 900) }, BODY, NOW + 900), /matches/);
  assert.throws(() => verifyWebhook([secret(1)], sent, Buffer.concat([BODY, Buffer.from(" ")]), NOW), /matches/);
});

test("parsed JSON cannot be verified: 10.0 comes back as 10", () => {
  const sent = webhookHeaders([secret(1)], "msg_1", BODY, NOW);
  assert.throws(() => verifyWebhook([secret(1)], sent, JSON.parse(BODY), NOW), /raw body/);
  assert.throws(() => verifyWebhook([secret(1)], sent, Buffer.from(JSON.stringify(JSON.parse(BODY))), NOW), /matches/);
});

test("garbage is refused, never a crash of another kind", () => {
  const sent = webhookHeaders([secret(1)], "msg_1", BODY, NOW);
  for (const value of ["", "v1", "v1,", "v2," + sent["webhook-signature"].slice(3), "x".repeat(99)]) {
    assert.throws(() => verifyWebhook([secret(1)], { ...sent, "webhook-signature": value }, BODY, NOW), /matches|missing/);
  }
});
