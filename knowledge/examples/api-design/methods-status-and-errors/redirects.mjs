// What a client does with each redirect code. Node.js 20+, standard library.
import http from "node:http";

// region redirects
/** POST to /from/<code>; the target answers with the method and body it received. */
export async function methodAfterRedirect(base, code) {
  const reply = await fetch(`${base}/from/${code}`, { method: "POST", body: "amount=5" });
  return reply.json(); // 301, 302, 303 → GET without body; 307, 308 → POST with body
}
// endregion

export function createServer(seen = []) {
  return http.createServer(async (req, res) => {
    let body = "";
    for await (const chunk of req.setEncoding("utf8")) body += chunk;
    const [, , code] = req.url.match(/^\/(from)\/(\d+)$/) ?? [];
    if (code) return res.writeHead(Number(code), { location: "/to" }).end();
    seen.push(req.headers);
    res.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ method: req.method, body }));
  });
}
