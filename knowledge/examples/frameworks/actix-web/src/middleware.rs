use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage};

// region request_id
static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

#[derive(Clone)]
pub struct RequestId(pub HeaderValue);

pub async fn request_id(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let incoming = request.headers().get(&REQUEST_ID).filter(|id| id.len() <= 64).cloned();
    let id = incoming.unwrap_or_else(new_id);
    request.extensions_mut().insert(RequestId(id.clone())); // handlers: web::ReqData<RequestId>
    let mut response = next.call(request).await?; // Err only if an inner middleware returned it
    response.headers_mut().insert(REQUEST_ID.clone(), id);
    Ok(response)
}
// endregion request_id

fn new_id() -> HeaderValue {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(1);
    HeaderValue::from(NEXT.fetch_add(1, Ordering::Relaxed)) // in a service: a random id
}
