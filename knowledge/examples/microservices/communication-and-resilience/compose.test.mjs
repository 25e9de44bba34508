import assert from "node:assert/strict";
import { test } from "node:test";
import { orderList, orderPage } from "./compose.mjs";

const never = (signal) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
const orders = {
  get: async (id) => ({ id, total: 5 }),
  ofCustomer: async () => Array.from({ length: 50 }, (_, i) => ({ id: `o${i}` })),
};
const of = (state) => ({ calls: 0, async of(ids) { this.calls += 1; return new Map(ids.map((id) => [id, state])); } });

test("all parts arrive", async () => {
  const page = await orderPage("o1", { orders, payments: of("paid"), shipping: of("sent") });
  assert.deepEqual(page, { order: { id: "o1", total: 5 }, missing: [], payment: "paid", shipment: "sent" });
});

test("an optional part that hangs costs the budget and is named as missing", async () => {
  const keepAlive = setTimeout(() => {}, 1000); // AbortSignal.timeout alone does not hold the process
  const shipping = { of: (_, { signal }) => never(signal) };
  const page = await orderPage("o1", { orders, payments: of("paid"), shipping }, { totalMs: 30 });
  clearTimeout(keepAlive);
  assert.deepEqual(page.missing, ["shipment"]);
  assert.equal(page.payment, "paid");
  assert.ok(!("shipment" in page));
});

test("a required part that fails fails the page", async () => {
  const broken = { get: async () => { throw new Error("orders down"); } };
  await assert.rejects(orderPage("o1", { orders: broken, payments: of("x"), shipping: of("y") }), /orders down/);
});

test("a list costs two calls, not fifty-one", async () => {
  const payments = of("paid");
  const list = await orderList("c1", { orders, payments });
  assert.equal(payments.calls, 1);
  assert.equal(list.filter((order) => order.payment === "paid").length, 50);
});
