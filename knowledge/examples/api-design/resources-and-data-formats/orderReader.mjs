// region reader
const KNOWN_STATES = new Set(["pending", "paid", "shipped"]);

/** What a client does with an order: tolerate the new, refuse the wrong. */
export function readOrder(text) {
  const order = JSON.parse(text);
  if (Array.isArray(order) || order === null || typeof order !== "object") throw new TypeError("expected an object");
  const { amount_minor: amount, currency } = order.total ?? {};
  if (!Number.isSafeInteger(amount)) throw new RangeError("amount_minor is not a safe integer");
  if (!/(Z|[+-]\d\d:\d\d)$/.test(order.created_at)) throw new TypeError("created_at has no offset"); // Date would guess local time
  return {
    id: String(order.id), // ids are strings: 64-bit numbers were already rounded by JSON.parse
    state: KNOWN_STATES.has(order.state) ? order.state : "unknown", // the documented fallback of an open list: show it, offer no action
    total: { amount, currency },
    createdAt: new Date(order.created_at),
    note: order.note ?? null, // an older server may leave it out
  };
}
// endregion
