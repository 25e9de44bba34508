// Values from a request are values, never query operators.
// region input
export class BadInput extends Error {}

/** Refuses objects and arrays, where `{ "$ne": null }` would hide. Use a schema validator for whole bodies. */
export function text(value, limit = 200) {
  if (typeof value !== "string" || value.length > limit) throw new BadInput("expected a string");
  return value;
}

export const vulnerableFilter = (body) => ({ email: body.email, resetToken: body.token });
export const safeFilter = (body) => ({ email: text(body.email), resetToken: { $eq: text(body.token) } });
// endregion
