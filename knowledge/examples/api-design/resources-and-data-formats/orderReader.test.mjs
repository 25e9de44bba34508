import assert from "node:assert/strict";
import { test } from "node:test";
import { readOrder } from "./orderReader.mjs";

const text = (over = {}) => JSON.stringify({
  id: "ord_1", state: "paid", total: { amount_minor: 1250, currency: "EUR" }, created_at: "2026-11-25T10:30:00+01:00", ...over,
});

test("reads instants, fills what is missing", () => {
  const order = readOrder(text());
  assert.equal(order.createdAt.toISOString(), "2026-11-25T09:30:00.000Z");
  assert.equal(order.note, null);
});

test("an unknown state falls back instead of crashing", () => {
  assert.equal(readOrder(text({ state: "partly_refunded" })).state, "unknown");
});

test("JSON.parse rounds a 64-bit id, so ids must be strings", () => {
  assert.equal(JSON.parse('{"id":9007199254740993}').id, 9007199254740992);
  assert.equal(readOrder(text({ id: "9007199254740993" })).id, "9007199254740993");
});

test("refuses fractions, local times and top-level arrays", () => {
  assert.throws(() => readOrder(text({ total: { amount_minor: 12.5, currency: "EUR" } })), RangeError);
  assert.throws(() => readOrder(text({ created_at: "2026-11-25T10:30:00" })), /offset/);
  assert.throws(() => readOrder("[]"), TypeError);
});
