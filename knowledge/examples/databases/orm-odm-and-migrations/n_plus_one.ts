// Eager loading in two TypeScript libraries. Prisma 7, Drizzle 0.45; not run here.

// region prisma
// relations are loaded only when asked for: the loop with an await inside is what makes N+1
const orders = await prisma.order.findMany({
  take: 50,
  orderBy: { id: "asc" },
  select: { id: true, customer: { select: { email: true } }, lines: { select: { sku: true } } },
});
// endregion

// region drizzle
const rows = await db.query.orders.findMany({   // one SQL statement, whatever the depth
  limit: 50,
  columns: { id: true },
  with: { customer: { columns: { email: true } }, lines: { columns: { sku: true } } },
});
// endregion
