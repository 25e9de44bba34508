// The rosetta notes service in Node.js: one resource, validation, problem+json, health, orderly shutdown (standard library only).
import { createServer } from "node:http";
import { randomUUID } from "node:crypto";

const notes = new Map();
const LIMIT = 64 * 1024;

class Problem extends Error {
  constructor(status, title, extra = {}) { super(title); this.status = status; this.extra = extra; }
}

async function readJson(req) {
  const chunks = [];
  let size = 0;
  for await (const chunk of req) {
    size += chunk.length;
    if (size <= LIMIT) chunks.push(chunk); // the refused rest is read and dropped, so that the client gets its answer
  }
  if (size > LIMIT) throw new Problem(413, "Body too large");
  try { return JSON.parse(Buffer.concat(chunks).toString("utf8")); } catch { throw new Problem(400, "Body is not JSON"); }
}

// region service
function validate(input) {
  const { title, body = "" } = input !== null && typeof input === "object" ? input : {};
  const errors = [];
  const name = typeof title === "string" ? title.trim() : "";
  if (name.length < 1 || name.length > 100) errors.push({ pointer: "/title", detail: "1 to 100 characters" });
  if (typeof body !== "string" || body.length > 10_000) errors.push({ pointer: "/body", detail: "text up to 10000 characters" });
  if (errors.length) throw new Problem(422, "Validation failed", { errors });
  return { title: name, body };
}

async function route(req) {
  const { pathname } = new URL(req.url, "http://service.example");
  if (req.method === "POST" && pathname === "/notes") {
    const note = { id: randomUUID(), ...validate(await readJson(req)) };
    notes.set(note.id, note);
    return { status: 201, headers: { location: `/notes/${note.id}` }, body: note };
  }
  if (pathname === "/health") return { status: 200, headers: {}, body: { status: "ok" } };
  const id = /^\/notes\/([^/]+)$/.exec(pathname)?.[1];
  if (req.method === "GET" && notes.has(id)) return { status: 200, headers: {}, body: notes.get(id) };
  throw new Problem(404, "No such note");
}

const server = createServer(async (req, res) => {
  let reply;
  try {
    reply = await route(req);
  } catch (error) {
    if (!(error instanceof Problem)) console.error(error);
    const { status = 500, extra = {} } = error;
    const title = status === 500 ? "Internal error" : error.message;
    reply = { status, headers: { "content-type": "application/problem+json" }, body: { title, status, ...extra } };
  }
  res.writeHead(reply.status, { "content-type": "application/json", ...reply.headers }).end(JSON.stringify(reply.body));
});
// endregion
server.listen(Number(process.env.PORT), "127.0.0.1");
// Stops accepting, closes idle connections and lets requests in flight end; then nothing keeps the process alive.
process.on("SIGTERM", () => server.close());
