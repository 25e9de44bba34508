import assert from "node:assert/strict";
import { test } from "node:test";
import { parseId64, toJson } from "./bigNumbers.mjs";

test("a number loses its last digits on the way, a string does not", () => {
  assert.equal(JSON.stringify(JSON.parse('{"id":1234567890123456789}')), '{"id":1234567890123456800}');
  assert.equal(toJson({ id: parseId64("1234567890123456789") }), '{"id":"1234567890123456789"}');
});

test("numbers, signs, fractions and overflow are refused", () => {
  for (const bad of [5, "-1", "1.0", "01", "", "9223372036854775808"]) assert.throws(() => parseId64(bad));
  assert.equal(parseId64("9223372036854775807"), 9223372036854775807n);
});
