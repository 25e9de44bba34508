// tracing 0.1, Axum 0.8. Not part of src/: the crates are not in its lock file.
use tracing::{Instrument, Span, field, info, instrument};

// region tracing
/// One span per call; only the named fields are recorded, never the arguments as a whole.
#[instrument(skip_all, fields(order_id = id, customer = field::Empty))]
pub async fn pay(state: AppState, id: i64, card: CardToken) -> Result<(), OrderError> {
    let order = state.store.find(id).await?; // the span is entered only while this future is polled
    Span::current().record("customer", order.customer_id); // declared empty, known only now
    state.payments.charge(&order, card).await?;
    info!(cents = order.cents, "order paid"); // constant text, values as fields
    tokio::spawn(
        send_receipt(order) // a spawned task has no parent by itself
            .instrument(Span::current()),
    );
    Ok(())
}
// endregion tracing
