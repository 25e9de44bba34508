// region big
/** 64-bit values travel as strings; BigInt inside, so that arithmetic and comparison stay exact. */
export function parseId64(value) {
  if (typeof value !== "string" || !/^(0|[1-9]\d{0,18})$/.test(value)) throw new TypeError("send 64-bit ids as decimal strings");
  const id = BigInt(value);
  if (id > 9_223_372_036_854_775_807n) throw new RangeError("does not fit into 64 bits");
  return id;
}

/** JSON.stringify throws on BigInt, which is a blessing: decide how it travels. */
export const toJson = (value) => JSON.stringify(value, (key, v) => (typeof v === "bigint" ? v.toString() : v));
// endregion
