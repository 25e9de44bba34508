// region token
// The owner answers each write with the version it produced; the client sends it back as a lower bound.
export async function readAtLeast({ replica, primary, id, atLeast = 0, waitMs = 200, stepMs = 20, clock = () => performance.now() }) {
  const giveUp = clock() + waitMs;
  for (;;) {
    const row = await replica.get(id);
    if (row && row.version >= atLeast) return { row, from: "replica" };
    if (clock() >= giveUp) break;
    await new Promise((resolve) => setTimeout(resolve, stepMs));
  }
  return { row: await primary.get(id), from: "primary" }; // only the few who just wrote end up here
}
// endregion token
