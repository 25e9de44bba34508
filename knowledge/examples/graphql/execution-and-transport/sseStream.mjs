// region stream
/** graphql-sse, distinct connections mode: one request, one operation, one event stream. */
export async function streamOperation(req, res, results, { heartbeatMs = 15_000 } = {}) {
  res.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no', // nginx would hold events back
  });
  res.flushHeaders();
  const heartbeat = setInterval(() => res.write(':\n\n'), heartbeatMs); // a comment, for idle timeouts of proxies
  const iterator = results[Symbol.asyncIterator]();
  const closed = once(res, 'close'); // one listener, however many slow writes
  closed.then(() => iterator.return?.()); // client left: stop the source, free its resources
  try {
    for await (const result of { [Symbol.asyncIterator]: () => iterator }) {
      if (res.destroyed) break;
      const open = res.write(`event: next\ndata: ${JSON.stringify(result)}\n\n`);
      if (!open) await Promise.race([once(res, 'drain'), closed]); // slow reader: wait, do not buffer
    }
    res.end('event: complete\ndata: \n\n'); // the empty data line makes EventSource fire its listener
  } catch {
    res.destroy(); // the source failed (log it): a cut stream makes the client reconnect, a "complete" would lie
  } finally {
    clearInterval(heartbeat);
  }
}
// endregion

function once(emitter, name) {
  return new Promise((resolve) => emitter.once(name, resolve));
}
