// Where errors get lost around await.
// region lost
/** WRONG: forEach ignores the promises. It returns at once, and a rejection becomes unhandled. */
export function saveAllLost(rows, save) {
  rows.forEach(async (row) => { await save(row); });
}

/** WRONG: without await the promise leaves the try block before it rejects. */
export async function loadLost(load) {
  try {
    return load();
  } catch {
    return "fallback";
  }
}
// endregion

// region kept
export async function saveAll(rows, save) {
  for (const row of rows) await save(row); // in order; or mapBounded(rows, save) for concurrency
}

export async function load(loadOnce) {
  try {
    return await loadOnce(); // "return await" matters inside try
  } catch (error) {
    if (error.name === "AbortError") throw error; // cancelled by the caller: not a failure to hide
    return "fallback";
  }
}

/** Started early, awaited later: attach a handler at once, or the process ends if it rejects meanwhile. */
export async function page(loadUser, loadAds) {
  const ads = loadAds().catch(() => []); // optional part: decide here what its failure means
  const user = await loadUser();
  return { user, ads: await ads };
}
// endregion
