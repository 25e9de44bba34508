import { randomBytes } from 'node:crypto';
import { AsyncLocalStorage } from 'node:async_hooks';

// region correlation
const current = new AsyncLocalStorage(); // follows the request through awaits and timers
const FORMAT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

export function continueTrace(traceparent, tracestate) {
  const [, traceId, parentId, flags] = FORMAT.exec(traceparent ?? '') ?? [];
  return {
    traceId: traceId ?? randomBytes(16).toString('hex'), // absent or invalid: a new trace, never a crash
    parentId,
    state: traceId && tracestate, // belongs to the traceparent: passed on unread, dropped with it
    spanId: randomBytes(8).toString('hex'), // ours: what we call gets it as parent
    sampled: flags ? (parseInt(flags, 16) & 1) === 1 : true,
  };
}

export const traced = (handler) => (req, res) =>
  current.run(continueTrace(req.headers.traceparent, req.headers.tracestate), () => {
    const { traceId } = current.getStore();
    res.setHeader('X-Trace-Id', traceId); // what the user quotes to support
    return handler(req, res);
  });

export function outgoingHeaders(headers = {}) { // for your own services; a third party need not know
  const span = current.getStore();
  if (!span) return headers;
  const context = { traceparent: `00-${span.traceId}-${span.spanId}-${span.sampled ? '01' : '00'}` };
  if (span.state) context.tracestate = span.state;
  return { ...headers, ...context };
}

export function log(event, fields = {}, write = (line) => process.stdout.write(line)) {
  const { traceId, spanId } = current.getStore() ?? {};
  write(`${JSON.stringify({ time: new Date().toISOString(), event, trace_id: traceId, span_id: spanId, ...fields })}\n`);
}
// endregion
