// The ordering domain as documents, and the five questions that decide between documents and tables. Node.js 20.

// region validator
/** MongoDB: db.createCollection("orders", { validator: { $jsonSchema: orderSchema } }) */
export const orderSchema = {
  bsonType: "object",
  required: ["_id", "customerId", "status", "currency", "lines", "schemaVersion"],
  additionalProperties: false,
  properties: {
    _id: { bsonType: "string" },
    schemaVersion: { bsonType: "int", minimum: 1 },
    customerId: { bsonType: "string" }, // a reference: nothing checks that the customer exists
    status: { enum: ["draft", "placed", "paid", "cancelled"] },
    currency: { bsonType: "string", pattern: "^[A-Z]{3}$" },
    lines: {
      bsonType: "array",
      minItems: 1,
      maxItems: 200, // bounded, far below the document limit of 16 MiB
      items: {
        bsonType: "object",
        required: ["sku", "name", "priceCents", "quantity"],
        properties: {
          sku: { bsonType: "string" },
          name: { bsonType: "string" }, // copied: what the customer saw
          priceCents: { bsonType: ["int", "long"], minimum: 0 },
          quantity: { bsonType: "int", minimum: 1 },
        },
      },
    },
  },
};
// endregion

// region five-queries
/** How many records each question touches when an order is one document. Compare with one row per line. */
export const questions = {
  // 1. Show one order with its lines: one document, one atomic read.
  showOrder: (orders, id) => [orders.get(id)],
  // 2. Add a line: one document, rewritten whole; the lines cannot disagree with the order.
  addLine: (orders, id, line) => {
    const order = orders.get(id);
    orders.set(id, { ...order, lines: [...order.lines, line] });
    return [id];
  },
  // 3. Rename a product in open baskets: every document that holds a copy.
  renameProduct: (orders, sku, name) => {
    const touched = [...orders].filter(([, o]) => o.status === "draft" && o.lines.some((l) => l.sku === sku));
    for (const [id, o] of touched) {
      orders.set(id, { ...o, lines: o.lines.map((l) => (l.sku === sku ? { ...l, name } : l)) });
    }
    return touched.map(([id]) => id);
  },
  // 4. Units sold per product: every document, unwound.
  unitsPerSku: (orders) => {
    const units = {};
    for (const { lines } of orders.values()) for (const l of lines) units[l.sku] = (units[l.sku] ?? 0) + l.quantity;
    return units;
  },
  // 5. Orders whose customer is gone: no foreign key, so ask.
  orphans: (orders, customers) => [...orders.values()].filter((o) => !customers.has(o.customerId)).map((o) => o._id),
};
// endregion
