// A request id that follows the code through awaits, without passing it along.
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';

// region context
const context = new AsyncLocalStorage();
const SAFE_ID = /^[\w-]{8,64}$/; // a client-sent id lands in logs: no spaces, quotes or newlines

export const requestId = () => context.getStore()?.id ?? 'none';

export function log(message, fields = {}) {
  return JSON.stringify({ time: new Date().toISOString(), requestId: requestId(), message, ...fields });
}

export function withRequestContext(handler) {
  return (req, res) => {
    const sent = req.headers['x-request-id'];
    const id = SAFE_ID.test(sent ?? '') ? sent : randomUUID();
    res.setHeader('X-Request-Id', id);
    context.run({ id }, () => handler(req, res)); // run, not enterWith: it ends with the request
  };
}
// endregion

// region lost
export function keepContext(callback) {
  return AsyncLocalStorage.bind(callback); // binds the caller's context for an emitter or a queue
}
// endregion

export const serve = (handler) => createServer(withRequestContext(handler)).listen(0, '127.0.0.1');
