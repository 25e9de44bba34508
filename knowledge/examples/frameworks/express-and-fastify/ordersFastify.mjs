// The orders resource in Fastify 5. Run the checks: npm install && npm run check
import Fastify from 'fastify';
import fp from 'fastify-plugin';

// region schemas
const newOrder = {
  type: 'object',
  required: ['sku', 'quantity'],
  additionalProperties: false,
  properties: { sku: { type: 'string', minLength: 1, maxLength: 40 }, quantity: { type: 'integer', minimum: 1, maximum: 1000 } },
};
const order = { type: 'object', required: ['id', 'sku', 'quantity'], properties: { id: { type: 'string' }, ...newOrder.properties } };
const problem = { type: 'object', properties: { type: { type: 'string' }, title: { type: 'string' }, status: { type: 'integer' }, detail: { type: 'string' } } };

export const createOrderSchema = {
  body: newOrder,
  response: { '2xx': order, '4xx': problem, '5xx': problem }, // anything outside these properties is not sent
};
// endregion

// region auth
const refuse = (reply, status, title) => reply.code(status).type('application/problem+json').send({ title, status });

export const auth = fp(async (app, { tokens }) => { // fp: the decorators are visible outside this plugin
  app.decorateRequest('user', null); // declare the shape once; set it per request
  app.decorate('authenticate', async (request, reply) => {
    const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
    request.user = tokens.get(token) ?? null; // verify a JWT here instead
    if (!request.user) return refuse(reply.header('WWW-Authenticate', 'Bearer'), 401, 'Unauthorized');
  });
  app.decorate('scope', (needed) => async (request, reply) => {
    if (!request.user.scopes.includes(needed)) return refuse(reply, 403, `Needs ${needed}`);
  });
});

export async function orderRoutes(app, { orders }) { // not wrapped in fp: its hook guards these routes only
  app.addHook('onRequest', app.authenticate); // before the body is read
  app.post('/orders', { schema: createOrderSchema, preHandler: app.scope('orders:write') }, async (request, reply) => {
    const made = await orders.create({ ...request.body, owner: request.user.sub });
    return reply.code(201).header('Location', `/orders/${made.id}`).send(made);
  });
  app.get('/orders/:id', { schema: { response: createOrderSchema.response } }, async (request, reply) => {
    const found = await orders.find(request.params.id);
    if (found?.owner !== request.user.sub) return refuse(reply, 404, 'No such order'); // object check
    return found;
  });
}
// endregion

// region app
export function buildApp({ orders, tokens, logger = true }) {
  const app = Fastify({
    logger,
    bodyLimit: 100_000,
    requestTimeout: 30_000,
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false } }, // "3" is not 3, unknown members are errors
  });
  app.setErrorHandler((error, request, reply) => {
    const status = error.statusCode >= 400 ? error.statusCode : 500;
    if (status >= 500) request.log.error(error);
    const detail = status >= 500 ? undefined : error.message; // the default handler would send our message
    reply.code(status).type('application/problem+json');
    return reply.send({ type: 'about:blank', title: status >= 500 ? 'Internal Server Error' : 'Bad request', status, detail });
  });
  app.get('/livez', async () => 'ok'); // outside the guarded scope
  app.register(auth, { tokens });
  app.register(orderRoutes, { orders });
  return app;
}
// endregion
