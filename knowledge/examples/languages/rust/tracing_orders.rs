// tracing 0.1. Not part of src/: it is a crate of its own, with the smallest service that the listing needs around it.
use std::sync::Arc;
use tracing::{Instrument, Span, field, info, instrument};

#[derive(Debug)]
pub enum OrderError {
    NotFound,
}

#[derive(Clone)]
pub struct Order {
    pub customer_id: i64,
    pub cents: i64,
}

pub struct CardToken(pub String);

pub struct Store;

impl Store {
    async fn find(&self, id: i64) -> Result<Order, OrderError> {
        if id == 1 { Ok(Order { customer_id: 7, cents: 990 }) } else { Err(OrderError::NotFound) }
    }
}

pub struct Payments;

impl Payments {
    async fn charge(&self, _order: &Order, _card: CardToken) -> Result<(), OrderError> {
        Ok(())
    }
}

#[derive(Clone)]
pub struct AppState {
    pub store: Arc<Store>,
    pub payments: Arc<Payments>,
}

async fn send_receipt(_order: Order) {}

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

#[tokio::test]
async fn pays_what_it_finds() {
    let state = AppState { store: Arc::new(Store), payments: Arc::new(Payments) };
    assert!(pay(state.clone(), 1, CardToken("t".into())).await.is_ok());
    assert!(matches!(pay(state, 2, CardToken("t".into())).await, Err(OrderError::NotFound)));
}
