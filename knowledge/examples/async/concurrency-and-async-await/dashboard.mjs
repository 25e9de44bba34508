// The same three calls, one after the other and together.
// region dashboard
export async function slow(api, userId) {
  const user = await api.user(userId);
  const orders = await api.orders(userId); // waits for the user without needing it
  const offers = await api.offers(userId);
  return { user, orders, offers };
}

export async function fast(api, userId) {
  const [user, orders, offers] = await Promise.all([
    api.user(userId), api.orders(userId), api.offers(userId), // started together, 3 results or the first error
  ]);
  return { user, orders, offers };
}

/** Only what depends on a result waits for it. */
export async function partlyDependent(api, userId) {
  const offers = api.offers(userId);
  offers.catch(() => {}); // handled by the await at the end; without this an early rejection ends the process
  const user = await api.user(userId);
  const shop = await api.shop(user.shopId);
  return { user, shop, offers: await offers };
}
// endregion
