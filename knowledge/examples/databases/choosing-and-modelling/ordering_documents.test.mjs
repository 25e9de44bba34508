import assert from "node:assert/strict";
import test from "node:test";
import { orderSchema, questions } from "./ordering_documents.mjs";

const line = (sku, quantity = 1) => ({ sku, name: sku.toUpperCase(), priceCents: 100, quantity });
const shop = () =>
  new Map(
    Array.from({ length: 100 }, (_, n) => [
      `o${n}`,
      { _id: `o${n}`, customerId: `c${n % 10}`, status: n < 40 ? "draft" : "paid", currency: "EUR", schemaVersion: 1,
        lines: [line("tea", 2), line(`sku${n}`)] },
    ]),
  );

test("reading and extending one order touches one document", () => {
  const orders = shop();
  assert.equal(questions.showOrder(orders, "o1").length, 1);
  assert.deepEqual(questions.addLine(orders, "o1", line("jam")), ["o1"]);
  assert.equal(orders.get("o1").lines.length, 3);
});

test("a copied name must be changed in every document that holds it, and only there", () => {
  const orders = shop();
  assert.equal(questions.renameProduct(orders, "tea", "Black tea").length, 40);
  assert.equal(orders.get("o1").lines[0].name, "Black tea");
  assert.equal(orders.get("o99").lines[0].name, "TEA", "paid orders keep what the customer saw");
});

test("a question across orders reads them all, and a dangling reference is found only by asking", () => {
  const orders = shop();
  assert.equal(questions.unitsPerSku(orders).tea, 200);
  const customers = new Set(Array.from({ length: 9 }, (_, n) => `c${n}`));
  assert.equal(questions.orphans(orders, customers).length, 10);
});

test("the schema bounds the array and requires a version", () => {
  assert.equal(orderSchema.properties.lines.maxItems, 200);
  assert.ok(orderSchema.required.includes("schemaVersion"));
});
