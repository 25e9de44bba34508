// Session login and a JSON endpoint: a vulnerable version and the fixed one (Node.js 20, standard library).
import { randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';
import http from 'node:http';

const sessions = new Map(); // in production: a shared store, ids hashed, with expiry
const hash = (password, salt) => scryptSync(password, salt, 32, { N: 2 ** 15, r: 8, p: 3, maxmem: 2 ** 26 });
const salt = randomBytes(16);
const users = new Map([['ann', { salt, hash: hash('correct horse battery', salt) }]]);
export const transfers = [];

async function body(req) {
  let text = '';
  for await (const chunk of req) text += chunk;
  return JSON.parse(text);
}
const cookie = (req) => /(?:^|; )__Host-session=([^;]+)/.exec(req.headers.cookie ?? '')?.[1];

// region vulnerable
async function transferTrustingTheCookie(req, res) { // parses any body as JSON, asks no question about its origin
  const user = sessions.get(cookie(req));
  if (user === undefined) return res.writeHead(401).end();
  transfers.push({ user, ...(await body(req)) });
  res.writeHead(204).end();
}
// endregion

// region fixed
const ORIGIN = 'https://app.example.com';
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

function sameOrigin(req) {
  const site = req.headers['sec-fetch-site'];
  return site === undefined ? req.headers.origin === ORIGIN : site === 'same-origin' || site === 'none';
}

async function transfer(req, res) {
  if (!SAFE.has(req.method) && !sameOrigin(req)) return res.writeHead(403).end('cross-origin request refused');
  if (!/^application\/json\b/.test(req.headers['content-type'] ?? '')) return res.writeHead(415).end();
  return transferTrustingTheCookie(req, res); // a form cannot send application/json; fetch must ask by preflight first
}

async function login(req, res) {
  if (!sameOrigin(req)) return res.writeHead(403).end();
  const { name, password } = await body(req);
  const user = users.get(name) ?? users.values().next().value; // same work for unknown names
  const good = timingSafeEqual(hash(password, user.salt), user.hash) && users.has(name);
  if (!good) return res.writeHead(401).end();
  sessions.delete(cookie(req)); // the old id dies, a new one is made: no fixation
  const id = randomBytes(32).toString('base64url');
  sessions.set(id, name);
  res.writeHead(204, { 'Set-Cookie': `__Host-session=${id}; Secure; HttpOnly; SameSite=Lax; Path=/` }).end();
}
// endregion

const routes = { '/login': login, '/transfer': transfer, '/vulnerable': transferTrustingTheCookie };
export const server = http.createServer((req, res) => {
  const handler = routes[req.url];
  if (handler === undefined) return res.writeHead(404).end();
  return handler(req, res).catch(() => res.writeHead(400).end());
});
