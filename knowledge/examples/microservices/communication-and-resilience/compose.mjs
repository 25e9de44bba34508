// region compose
export async function orderPage(id, { orders, payments, shipping }, { totalMs = 800 } = {}) {
  const signal = AbortSignal.timeout(totalMs); // one budget for the whole page
  const order = await orders.get(id, { signal }); // required: if it fails, the page fails
  const parts = { payment: payments.of([id], { signal }), shipment: shipping.of([id], { signal }) };
  const settled = await Promise.allSettled(Object.values(parts)); // optional parts, in parallel
  const page = { order, missing: [] };
  Object.keys(parts).forEach((name, i) => {
    if (settled[i].status === "fulfilled") page[name] = settled[i].value.get(id) ?? null;
    else page.missing.push(name); // say so: null would mean "there is no payment"
  });
  return page;
}

export async function orderList(customer, { orders, payments }, { totalMs = 800 } = {}) {
  const signal = AbortSignal.timeout(totalMs);
  const list = await orders.ofCustomer(customer, { limit: 50, signal });
  const paid = await payments.of(list.map((order) => order.id), { signal }); // ONE call for 50 orders
  return list.map((order) => ({ ...order, payment: paid.get(order.id) ?? null }));
}
// endregion compose
