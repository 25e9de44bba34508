// A race on one thread: other code runs at every await.
// region race
/** WRONG: two calls read 100 before either writes, and 160 is paid out of 100. */
export async function withdrawRacy(account, amount, { read, write }) {
  const balance = await read(account);
  if (balance < amount) return false;
  await write(account, balance - amount); // writes a value computed before the await
  return true;
}

/** In one process: run the sections of one key after each other. */
export class KeyedLock {
  #tails = new Map();

  async run(key, work) {
    const before = this.#tails.get(key) ?? Promise.resolve();
    const mine = before.then(work, work); // also after a failure of the one before
    const tail = mine.catch(() => {});
    this.#tails.set(key, tail);
    try {
      return await mine;
    } finally {
      if (this.#tails.get(key) === tail) this.#tails.delete(key); // or the map grows for ever
    }
  }
}
// endregion
