import assert from "node:assert/strict";
import { test } from "node:test";
import { readAtLeast } from "./readYourWrites.mjs";

const store = (versions) => ({ calls: 0, async get() { return versions[Math.min(this.calls++, versions.length - 1)]; } });
const v = (version) => ({ version });

test("without a token the stale replica answers", async () => {
  const result = await readAtLeast({ replica: store([v(6)]), primary: store([v(7)]), id: "o1" });
  assert.deepEqual(result, { row: { version: 6 }, from: "replica" });
});

test("with the token of the own write the reader waits for the replica", async () => {
  const replica = store([v(6), v(6), v(7)]);
  const result = await readAtLeast({ replica, primary: store([v(7)]), id: "o1", atLeast: 7, stepMs: 1 });
  assert.equal(result.from, "replica");
  assert.equal(result.row.version, 7);
});

test("a replica that stays behind sends this reader to the primary", async () => {
  const result = await readAtLeast({ replica: store([v(6)]), primary: store([v(7)]), id: "o1", atLeast: 7, waitMs: 5, stepMs: 1 });
  assert.deepEqual(result, { row: { version: 7 }, from: "primary" });
});

test("a row that has not arrived at all is not a 404 yet", async () => {
  const result = await readAtLeast({ replica: store([undefined]), primary: store([v(1)]), id: "new", atLeast: 1, waitMs: 2, stepMs: 1 });
  assert.equal(result.from, "primary");
});
