import http from "node:http";

const quotes = new Map([["q1", { id: "q1", total_minor: 1250, currency: "EUR" }]]);

// region rpc
// One table is the whole surface: queries may be repeated and cached, commands may not.
const procedures = {
  "quotes.get": { kind: "query", run: ({ id }) => quotes.get(id) ?? fail(404, "no such quote") },
  "quotes.convert": { kind: "command", run: ({ id }) => ({ order: `from-${quotes.has(id) ? id : fail(404, "no such quote")}` }) },
};

const fail = (status, title, headers = {}) => {
  throw Object.assign(new Error(title), { status, headers });
};

async function call(req, url) {
  const procedure = Object.hasOwn(procedures, url.pathname.slice(5)) && procedures[url.pathname.slice(5)];
  if (!procedure) fail(404, "no such procedure");
  if (procedure.kind === "query" && req.method === "GET") return procedure.run(Object.fromEntries(url.searchParams));
  if (req.method !== "POST") fail(405, "not this method", { allow: procedure.kind === "query" ? "GET, POST" : "POST" }); // a GET changes nothing
  if (!/^application\/json *(;|$)/i.test(req.headers["content-type"] ?? "")) fail(415, "send application/json");
  let body = "";
  for await (const chunk of req.setEncoding("utf8")) if ((body += chunk).length > 16_384) fail(413, "too large");
  try {
    body = JSON.parse(body);
  } catch {
    fail(400, "not JSON");
  }
  return procedure.run(body ?? fail(400, "send an object"));
}

export const server = http.createServer(async (req, res) => {
  const send = (status, type, body, headers) => res.writeHead(status, { "content-type": type, ...headers }).end(JSON.stringify(body));
  try {
    send(200, "application/json", await call(req, new URL(req.url, "http://localhost")));
  } catch (error) {
    const status = error.status ?? 500; // real statuses: monitors and gateways see failures
    send(status, "application/problem+json", { title: error.status ? error.message : "Internal Server Error", status }, error.headers);
  }
});
// endregion
