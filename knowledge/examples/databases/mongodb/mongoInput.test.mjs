import assert from "node:assert/strict";
import { test } from "node:test";
import { BadInput, safeFilter, vulnerableFilter } from "./mongoInput.mjs";

test("a JSON body smuggles an operator into the vulnerable filter and is refused by the safe one", () => {
  const body = JSON.parse('{"email":"ann@example.com","token":{"$ne":null}}');
  assert.deepEqual(vulnerableFilter(body).resetToken, { $ne: null });
  assert.throws(() => safeFilter(body), BadInput);
  assert.throws(() => safeFilter({ email: ["a"], token: "x" }), BadInput);
  assert.throws(() => safeFilter({ email: "a" }), BadInput);
  assert.deepEqual(safeFilter({ email: "a", token: "$ne" }), { email: "a", resetToken: { $eq: "$ne" } });
});
