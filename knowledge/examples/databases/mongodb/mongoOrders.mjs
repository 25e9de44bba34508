// MongoDB Node.js driver 7: client, validator, and a transaction.
import { MongoClient } from "mongodb";

// region client
export const client = new MongoClient(process.env.MONGODB_URI, {
  appName: "orders-api",
  maxPoolSize: 50, // per server and process
  serverSelectionTimeoutMS: 2_000, // 30 s by default
  writeConcern: { w: "majority", wtimeoutMS: 5_000 },
  readConcern: { level: "majority" },
});
// endregion

// region validator
export const ordersValidator = {
  $jsonSchema: {
    bsonType: "object",
    required: ["_id", "schemaVersion", "tenantId", "status", "lines", "createdAt"],
    properties: {
      schemaVersion: { bsonType: "int", minimum: 1 }, // Node.js sends 1 as int, 1.5 as double
      tenantId: { bsonType: "string" },
      status: { enum: ["draft", "placed", "paid", "shipped", "cancelled"] },
      createdAt: { bsonType: "date" }, // a string that looks like a date is refused
      lines: {
        bsonType: "array",
        maxItems: 100, // the bound that keeps the document small
        items: {
          bsonType: "object",
          required: ["sku", "quantity", "priceCents"],
          additionalProperties: false, // at the top level it would have to list _id too
          properties: {
            sku: { bsonType: "string" },
            quantity: { bsonType: "int", minimum: 1 },
            priceCents: { bsonType: "int", minimum: 0 },
          },
        },
      },
    },
  },
};

export async function applyValidator(db, action = "warn") { // warn first, read the log, then "error"
  await db.command({ collMod: "orders", validator: ordersValidator, validationLevel: "moderate", validationAction: action });
}
// endregion

// region transaction
export const transfer = (from, to, points) => client.withSession((session) =>
  session.withTransaction(async () => { // may run again after a write conflict: database work only
    const accounts = client.db("shop").collection("accounts");
    const debit = await accounts.updateOne({ _id: from, points: { $gte: points } }, { $inc: { points: -points } }, { session });
    if (debit.modifiedCount !== 1) throw new Error("not enough points"); // aborts
    await accounts.updateOne({ _id: to }, { $inc: { points } }, { session }); // forget { session } and it is not part of it
  }, { maxCommitTimeMS: 2_000 }));
// endregion
