// Needs the packages dataloader 2 and graphql 16.
// region loaders
import DataLoader from 'dataloader';

/** Call once per request; put the result into the GraphQL context. */
export function createLoaders(db, viewer) {
  return {
    authors: new DataLoader(
      async (ids) => {
        const rows = await db.query('SELECT id, name FROM authors WHERE id = ANY($1) AND tenant_id = $2', [ids, viewer.tenantId]);
        const byId = new Map(rows.map((row) => [row.id, row]));
        return ids.map((id) => byId.get(id) ?? null); // same length, same order as ids
      },
      { maxBatchSize: 500 }, // default: unlimited
    ),
  };
}

export const resolvers = {
  Book: { author: (book, _args, { loaders }) => loaders.authors.load(book.authorId) },
};
// endregion
