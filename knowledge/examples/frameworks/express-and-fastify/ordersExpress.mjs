// The orders resource in Express 5. Run the checks: npm install && npm run check
import { randomUUID, timingSafeEqual } from 'node:crypto';
import { Ajv } from 'ajv';
import express from 'express';

// region validate
const ajv = new Ajv({ allErrors: false, coerceTypes: false, strict: true }); // compile once, at start

export function body(schema) {
  const check = ajv.compile(schema);
  return (req, res, next) => {
    if (req.body === undefined) return next(new HttpError(415, 'Send application/json'));
    if (check(req.body)) return next();
    const { instancePath, message, params } = check.errors[0];
    next(new HttpError(422, 'The body is not valid', { pointer: `#${instancePath}`, message, ...params }));
  };
}

const newOrder = {
  type: 'object',
  required: ['sku', 'quantity'],
  additionalProperties: false, // "role": "admin" is an error, not a column
  properties: { sku: { type: 'string', minLength: 1, maxLength: 40 }, quantity: { type: 'integer', minimum: 1, maximum: 1000 } },
};
// endregion

// region errors
export class HttpError extends Error {
  constructor(status, title, extra = {}) {
    super(title);
    Object.assign(this, { status, extra });
  }
}

export function problem(log) {
  return (err, req, res, next) => { // four parameters make it an error handler, registered after the routes
    if (res.headersSent) return next(err); // Express closes the connection: a cut body must not look whole
    const status = err instanceof HttpError || err.expose ? err.status : 500; // expose: body parser's 400 and 413
    if (status >= 500) log({ err, requestId: req.id });
    const title = status >= 500 ? 'Internal Server Error' : err.message; // nothing of ours leaks
    res.status(status).type('application/problem+json').json({ type: 'about:blank', title, status, ...err.extra, requestId: req.id });
  };
}
// endregion

// region auth
export function authenticate(tokens) { // tokens: Map of token to { sub, scopes }; verify a JWT here instead
  return (req, res, next) => {
    const token = /^Bearer ([\w.~+/-]+=*)$/.exec(req.get('authorization') ?? '')?.[1];
    const user = token && [...tokens].find(([known]) => known.length === token.length && timingSafeEqual(Buffer.from(known), Buffer.from(token)))?.[1];
    if (!user) {
      res.set('WWW-Authenticate', 'Bearer'); // the error handler keeps headers that are set
      return next(new HttpError(401, 'Unauthorized'));
    }
    req.user = user;
    next();
  };
}

export const scope = (needed) => (req, res, next) => (req.user.scopes.includes(needed) ? next() : next(new HttpError(403, `Needs ${needed}`)));
// endregion

// region app
export function createApp({ orders, tokens, log = console.error }) {
  const app = express();
  app.disable('x-powered-by');
  app.use((req, res, next) => { req.id = randomUUID(); res.set('X-Request-Id', req.id); next(); }); // 1 id and log
  app.use((req, res, next) => { res.set('X-Content-Type-Options', 'nosniff'); next(); }); // 2 headers (helmet)
  app.get('/livez', (req, res) => res.send('ok')); // 3 what needs neither body nor user

  const api = express.Router();
  api.use(authenticate(tokens)); // 4 refuse strangers before reading 100 kB from them
  api.use(express.json({ limit: '100kb' })); // 5 parse
  api.post('/orders', scope('orders:write'), body(newOrder), async (req, res) => {
    const order = await orders.create({ ...req.body, owner: req.user.sub });
    res.status(201).location(`/orders/${order.id}`).json(view(order));
  });
  api.get('/orders/:id', scope('orders:read'), async (req, res) => {
    const order = await orders.find(req.params.id); // a rejection reaches problem() by itself
    if (order?.owner !== req.user.sub) throw new HttpError(404, 'No such order'); // object check: in the handler
    res.json(view(order));
  });
  app.use(api); // 6 routes
  app.use((req, res, next) => next(new HttpError(404, 'Not Found'))); // 7 nothing matched
  app.use(problem(log)); // 8 errors, last
  return app;
}

const view = ({ id, sku, quantity }) => ({ id, sku, quantity }); // what clients may see
// endregion
