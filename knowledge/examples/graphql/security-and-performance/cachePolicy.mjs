// region policy
/** Combines the hints of all selected fields: the strictest wins. A field without a hint is not cacheable. */
export function cacheControl(hints, { errors = [], authorised = false } = {}) {
  if (errors.length > 0 || hints.length === 0) return 'no-store';
  const maxAge = Math.min(...hints.map(({ maxAge = 0 }) => maxAge));
  if (maxAge === 0) return 'no-store';
  const isPrivate = authorised || hints.some(({ scope }) => scope === 'PRIVATE');
  return isPrivate ? `private, max-age=${maxAge}` : `public, max-age=0, s-maxage=${maxAge}`;
}

/** One URL for one result: trusted document id plus variables in a stable order. */
export function canonicalUrl(endpoint, documentId, variables = {}) {
  const sorted = (value) =>
    value === null || typeof value !== 'object' ? value
      : Array.isArray(value) ? value.map(sorted)
        : Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]));
  const params = new URLSearchParams({ documentId, variables: JSON.stringify(sorted(variables)) });
  return `${endpoint}?${params}`;
}
// endregion
