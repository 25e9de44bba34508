import assert from "node:assert/strict";
import { test } from "node:test";
import { watchSunset } from "./sunsetWatch.mjs";

const NOW = Date.parse("2026-11-25T00:00:00Z");
const reply = (headers) => async () => new Response("{}", { headers });

test("reports once per endpoint shape and counts the days", async () => {
  const seen = [];
  const get = watchSunset(
    reply({ deprecation: "@1767225600", sunset: "Fri, 01 Jan 2027 00:00:00 GMT" }), (r) => seen.push(r), () => NOW);
  await get("https://api.example.com/v1/notes/17");
  await get("https://api.example.com/v1/notes/18");
  assert.equal(seen.length, 1);
  assert.equal(seen[0].endpoint, "GET https://api.example.com/v1/notes/{id}");
  assert.equal(seen[0].daysLeft, 37);
  assert.equal(seen[0].deprecatedSince.toISOString(), "2026-01-01T00:00:00.000Z");
});

test("understands the old draft and stays silent otherwise", async () => {
  const seen = [];
  await watchSunset(reply({}), (r) => seen.push(r), () => NOW)("https://api.example.com/a");
  assert.equal(seen.length, 0);
  await watchSunset(reply({ deprecation: "true" }), (r) => seen.push(r), () => NOW)("https://api.example.com/a");
  assert.equal(seen[0].deprecatedSince, undefined);
});
