// A resource that answers QUERY (RFC 10008). Node.js 20+, standard library.
import http from "node:http";

const ORDERS = [
  { id: "o1", status: "paid", total: 40 },
  { id: "o2", status: "paid", total: 90 },
  { id: "o3", status: "open", total: 70 },
];
const FIELDS = new Set(["status", "minTotal"]);

// region query
const QUERY_TYPE = "application/vnd.example.order-query+json";

async function readBody(req, limit = 16_384) {
  let body = "";
  for await (const chunk of req.setEncoding("utf8")) {
    body += chunk;
    if (body.length > limit) throw Object.assign(new Error("too large"), { status: 413 });
  }
  return body;
}

async function handleQuery(req) {
  const type = req.headers["content-type"]?.split(";")[0].trim().toLowerCase();
  if (!type) return { status: 400, title: "QUERY needs a Content-Type" };
  if (type !== QUERY_TYPE) return { status: 415, title: "Unsupported query format" };
  const body = await readBody(req);
  let query;
  try {
    query = JSON.parse(body);
  } catch {
    return { status: 400, title: "The content is not JSON" };
  }
  if (query === null || typeof query !== "object" || Array.isArray(query)) {
    return { status: 422, title: "The query must be an object" }; // otherwise 5 would select everything
  }
  const unknown = Object.keys(query).filter((name) => !FIELDS.has(name));
  if (unknown.length) return { status: 422, title: `Unknown filter: ${unknown.join(", ")}` };
  const { status, minTotal = 0 } = query;
  if (!Number.isFinite(minTotal)) return { status: 422, title: "minTotal must be a number" };
  return { items: ORDERS.filter((o) => (!status || o.status === status) && o.total >= minTotal) };
}
// endregion

export function createServer() {
  return http.createServer(async (req, res) => {
    const headers = { "accept-query": `"${QUERY_TYPE}"` };
    const send = (status, body, extra = {}) => {
      const type = status < 400 ? "application/json" : "application/problem+json";
      res.writeHead(status, { "content-type": type, ...headers, ...extra }).end(JSON.stringify(body));
    };
    if (req.url !== "/orders") return send(404, { title: "Not Found", status: 404 });
    if (req.method === "GET") return send(200, { items: ORDERS });
    if (req.method !== "QUERY") return send(405, { title: "Method Not Allowed", status: 405 }, { allow: "GET, QUERY" });
    try {
      const result = await handleQuery(req);
      send(result.status ?? 200, result);
    } catch (error) {
      send(error.status ?? 500, { title: "Request failed", status: error.status ?? 500 });
    }
  });
}
