// region watch
/** Wraps fetch: reports every deprecated endpoint once a day, so that a dashboard knows before the sunset does. */
export function watchSunset(fetchImpl, report, now = Date.now) {
  const reported = new Map();
  return async (input, init) => {
    const reply = await fetchImpl(input, init);
    const deprecation = reply.headers.get("deprecation");
    const sunset = Date.parse(reply.headers.get("sunset") ?? "");
    if (deprecation === null && Number.isNaN(sunset)) return reply;
    const { origin, pathname } = new URL(reply.url || input);
    const key = `${init?.method ?? "GET"} ${origin}${pathname.replace(/\/(?!v\d+\/)[^/]*\d[^/]*/g, "/{id}")}`;
    if (now() - (reported.get(key) ?? -Infinity) > 86_400_000) {
      reported.set(key, now());
      const since = /^@(-?\d+)$/.exec(deprecation ?? ""); // RFC 9745; "true" comes from servers on an old draft
      report({
        endpoint: key,
        deprecatedSince: since ? new Date(since[1] * 1000) : undefined,
        daysLeft: Number.isNaN(sunset) ? undefined : Math.floor((sunset - now()) / 86_400_000),
      });
    }
    return reply;
  };
}
// endregion
