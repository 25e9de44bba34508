// What Mongoose does not do for you. Mongoose 9; not run here, it needs a server.

// region mongoose
const orderSchema = new Schema(
  { status: { type: String, enum: ["draft", "placed", "paid"] }, customerId: { type: ObjectId, ref: "Customer" } },
  { optimisticConcurrency: true }, // save() then checks the whole version, not only arrays
);

await Order.updateOne({ _id: id }, { status: "PAID" }); // not validated: an unknown status is stored
await Order.updateOne({ _id: id }, { status: "PAID" }, { runValidators: true }); // ValidationError

const page = await Order.find({ status: "placed" })
  .select("status customerId")
  .limit(50)
  .populate("customerId", "email") // a second query with $in, not a join; missing customers become null
  .lean(); // plain objects: no change tracking, getters or methods
// endregion
