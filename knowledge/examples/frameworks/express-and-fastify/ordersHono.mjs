// The orders resource in Hono 4. Run the check: npm install && npm run check
import { Hono } from 'hono';
import { bearerAuth } from 'hono/bearer-auth';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import { validator } from 'hono/validator';

// region hono
export function honoApp({ orders, tokens, log = console.error }) {
  const app = new Hono(); // the same object runs on Node.js, Deno, Bun and edge platforms
  const refuse = (status, title) => new HTTPException(status, { message: title });
  const order = validator('json', (body, c) => {
    const { sku, quantity, ...rest } = body ?? {}; // a body of null is a 422, not a 500
    const fits = typeof sku === 'string' && sku.length > 0 && Number.isInteger(quantity) && quantity > 0;
    if (!fits || Object.keys(rest).length > 0) throw refuse(422, 'The body is not valid'); // use Zod for real schemas
    return { sku, quantity };
  });

  app.use('/orders/*', bearerAuth({ verifyToken: (token, c) => { c.set('user', tokens.get(token)); return tokens.has(token); } }));
  app.post('/orders', bodyLimit({ maxSize: 100_000 }), order, async (c) => { // no limit unless you set one
    const made = await orders.create({ ...c.req.valid('json'), owner: c.get('user').sub });
    return c.json({ id: made.id, sku: made.sku, quantity: made.quantity }, 201, { Location: `/orders/${made.id}` });
  });
  app.onError((error, c) => {
    if (error instanceof HTTPException && error.res) return error.getResponse(); // 401 with its challenge
    const status = error instanceof HTTPException ? error.status : 500;
    if (status === 500) log(error);
    const title = status === 500 ? 'Internal Server Error' : error.message;
    return c.json({ title, status }, status, { 'Content-Type': 'application/problem+json' });
  });
  return app;
}
// endregion
