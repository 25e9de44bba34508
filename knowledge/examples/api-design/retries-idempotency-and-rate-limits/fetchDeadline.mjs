// One budget for the whole call: every attempt gets what is left, and the caller's own cancellation counts too.
// region deadline
export async function fetchWithin(url, { totalMs = 3_000, perTryMs = 1_000, attempts = 3, signal, ...init } = {}) {
  const giveUp = Date.now() + totalMs;
  const headers = new Headers(init.headers);
  const repeatable = !/^(POST|PATCH|CONNECT)$/i.test(init.method ?? "GET") || headers.has("idempotency-key");
  for (let attempt = 1; ; attempt++) {
    const left = giveUp - Date.now();
    const tryMs = Math.max(1, Math.min(perTryMs, left));
    const limits = [AbortSignal.timeout(tryMs), ...(signal ? [signal] : [])];
    headers.set("x-request-timeout-ms", String(tryMs)); // our own header: the callee can stop too
    try {
      const response = await fetch(url, {
        ...init,
        headers,
        signal: AbortSignal.any(limits), // covers connect, headers AND the body read below
      });
      const body = await response.text(); // an unread body keeps the socket and escapes the timeout
      return { status: response.status, headers: response.headers, body };
    } catch (error) {
      if (signal?.aborted) throw signal.reason; // the caller gave up: stop now
      const wait = Math.random() * 100 * 2 ** attempt;
      if (!repeatable || attempt === attempts || Date.now() + wait >= giveUp) throw error;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
}
// endregion
