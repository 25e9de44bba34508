use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::{Error, Responder, get, web};
use tracing::{Span, field::Empty};
use tracing_actix_web::{DefaultRootSpanBuilder, RootSpan, RootSpanBuilder, root_span};
use tracing_subscriber::EnvFilter;

use crate::auth::Principal;
use crate::errors::ApiError;
use crate::orders::{Order, Orders};

// region tracing
pub struct ApiSpan;

impl RootSpanBuilder for ApiSpan {
    fn on_request_start(request: &ServiceRequest) -> Span {
        root_span!(request, user = Empty) // default fields and trace parent stay; fields must be declared to be recorded
    }

    fn on_request_end<B: MessageBody>(span: Span, outcome: &Result<ServiceResponse<B>, Error>) {
        DefaultRootSpanBuilder::on_request_end(span, outcome);
    }
}

/// Once, at the start of main; App::new().wrap(TracingLogger::<ApiSpan>::new()) as the last wrap.
pub fn init_logs() {
    tracing_subscriber::fmt().json().with_env_filter(EnvFilter::from_default_env()).init();
}

#[get("/orders/{id}")]
async fn show(root: RootSpan, user: Principal, id: web::Path<i64>, orders: web::Data<dyn Orders>) -> Result<impl Responder, ApiError> {
    root.record("user", user.subject.as_str());
    find(&**orders, &user.subject, *id).map(web::Json)
}

#[tracing::instrument(skip_all, fields(order = id))] // skip_all: arguments are logged otherwise
fn find(orders: &dyn Orders, owner: &str, id: i64) -> Result<Order, ApiError> {
    orders.find(owner, id).ok_or(ApiError::NotFound)
}
// endregion
