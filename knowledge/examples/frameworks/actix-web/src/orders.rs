use std::sync::atomic::{AtomicU64, Ordering};

use actix_web::{HttpResponse, Responder, get, post, web};
use serde::{Deserialize, Serialize};

use crate::auth::Principal;
use crate::errors::ApiError;

#[derive(Serialize)]
pub struct Order {
    pub id: i64,
    pub owner: String,
    pub note: String,
}

pub trait Orders: Send + Sync {
    fn find(&self, owner: &str, id: i64) -> Option<Order>;
}

// region handlers
#[derive(Deserialize)]
#[serde(deny_unknown_fields)] // a typo or an extra "owner" is an error
pub struct NewOrder {
    note: String,
}

#[get("/orders/{id}")]
async fn show(
    user: Principal, // first: its 401 comes before any other refusal
    id: web::Path<i64>,
    orders: web::Data<dyn Orders>,
) -> Result<impl Responder, ApiError> {
    user.require("orders:read")?;
    let order = orders.find(&user.subject, *id).ok_or(ApiError::NotFound)?;
    Ok(web::Json(order))
}

#[post("/orders")]
async fn create(user: Principal, body: web::Json<NewOrder>, hits: web::Data<AtomicU64>) -> Result<impl Responder, ApiError> {
    user.require("orders:write")?;
    let id = hits.fetch_add(1, Ordering::Relaxed) as i64 + 1;
    let order = Order { id, owner: user.subject, note: body.into_inner().note };
    Ok(HttpResponse::Created().insert_header(("Location", format!("/v1/orders/{id}"))).json(order))
}

pub fn routes(config: &mut web::ServiceConfig) {
    config.service(web::scope("/v1").service(show).service(create));
}
// endregion handlers
