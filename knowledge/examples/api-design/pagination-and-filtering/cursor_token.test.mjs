import assert from "node:assert/strict";
import { test } from "node:test";
import { BadCursor, decodeCursor, encodeCursor, fingerprint } from "./cursor_token.mjs";

const SECRET = "only-for-this-test-0123456789abcdef";
const KEY = ["2026-11-01T00:00:02Z", 9];
const QUERY = fingerprint("acme", "-created_at,-id", { status: "paid" });

test("round trip", () => {
  assert.deepEqual(decodeCursor(SECRET, encodeCursor(SECRET, KEY, QUERY), QUERY), KEY);
});

test("vector shared with the Python version", () => {
  assert.equal(QUERY, "35656c0cf009e84f");
  assert.equal(
    encodeCursor(SECRET, KEY, QUERY, { ttl: 60, now: 1_800_000_000 }),
    "eyJ2IjoxLCJrIjpbIjIwMjYtMTEtMDFUMDA6MDA6MDJaIiw5XSwicSI6IjM1NjU2YzBjZjAwOWU4NGYiLCJlIjoxODAwMDAwMDYwfQ.rrTMWsBK9gMb0_Gx4pk56w",
  );
});

test("forged, foreign, expired and junk cursors are refused", () => {
  const token = encodeCursor(SECRET, KEY, QUERY, { ttl: 60, now: 1000 });
  const [body, tag] = token.split(".");
  const forged = Buffer.from(JSON.stringify({ v: 1, k: ["2000", 0], q: QUERY, e: 1e12 })).toString("base64url");
  const now = 1000;
  assert.deepEqual(decodeCursor(SECRET, token, QUERY, { now }), KEY);
  assert.throws(() => decodeCursor(SECRET, `${forged}.${tag}`, QUERY, { now }), BadCursor);
  assert.throws(() => decodeCursor(SECRET, token, fingerprint("globex", "-created_at,-id", {}), { now }), /another query/);
  assert.throws(() => decodeCursor(SECRET, token, QUERY, { now: 1061 }), /expired/);
  for (const junk of ["", ".", "abc", "a.b.c", "x".repeat(600), `${body}.`, undefined, ["x"]]) {
    assert.throws(() => decodeCursor(SECRET, junk, QUERY, { now }), BadCursor);
  }
});
