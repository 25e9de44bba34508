// region state
export class StateView {
  #rows = new Map(); // in production a table; the rule is the same upsert with a WHERE on the version

  apply({ subject, entityversion, type, data }) {
    const known = this.#rows.get(subject);
    if (known && known.version >= entityversion) return "ignored"; // duplicate, or older than what we have
    const gone = type.endsWith(".deleted.v1");
    this.#rows.set(subject, { version: entityversion, gone, data: gone ? undefined : data });
    return "applied"; // full state: a gap does no harm, the next event repairs it
  }

  get(subject) {
    const row = this.#rows.get(subject);
    return row && !row.gone ? row.data : undefined;
  }

  purgeTombstones(isOldEnough) { // keep them longer than the broker can redeliver
    for (const [subject, row] of this.#rows) if (row.gone && isOldEnough(row)) this.#rows.delete(subject);
  }
}
// endregion state
