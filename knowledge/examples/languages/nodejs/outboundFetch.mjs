// Calling another service: a deadline, cancellation, a size limit, and retries only where they are safe.
import { setTimeout as sleep } from 'node:timers/promises';

// region call
const RETRY_STATUS = new Set([429, 502, 503, 504]);
const IDEMPOTENT = new Set(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS']);

export async function callJson(url, { method = 'GET', headers, body, signal, attemptMs = 2_000, totalMs = 5_000, tries = 3, maxBytes = 1_000_000 } = {}) {
  const total = AbortSignal.timeout(totalMs);
  const outer = signal ? AbortSignal.any([signal, total]) : total; // the caller left, or our time is up
  for (let attempt = 1; ; attempt++) {
    const last = attempt >= tries || !IDEMPOTENT.has(method);
    let wait = Math.random() * 100 * 2 ** attempt; // full jitter
    try {
      const response = await fetch(url, { method, headers, body, redirect: 'error', signal: AbortSignal.any([outer, AbortSignal.timeout(attemptMs)]) });
      if (!RETRY_STATUS.has(response.status) || last) return { status: response.status, data: await readBody(response, maxBytes) };
      await response.body?.cancel(); // frees the connection for the next attempt
      wait = Math.max(wait, Number(response.headers.get('retry-after')) * 1000 || 0);
    } catch (error) {
      if (outer.aborted || last || error instanceof RangeError || error instanceof SyntaxError) throw error; // a second try would read the same
    }
    await sleep(wait, undefined, { signal: outer }); // ends early when the deadline passes
  }
}

async function readBody(response, maxBytes) {
  const chunks = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > maxBytes) throw new RangeError(`response is over ${maxBytes} bytes`); // leaving the loop cancels the body
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  const json = /[/+]json\b/.test(response.headers.get('content-type') ?? ''); // a proxy's 502 page is HTML: keep its status
  return json && size ? JSON.parse(text) : text;
}
// endregion
