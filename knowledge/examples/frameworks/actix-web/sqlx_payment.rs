// Actix Web 4 with SQLx 0.8; ApiError has `Storage(#[from] sqlx::Error)` here.
use actix_web::{HttpResponse, Responder, post, web};
use sqlx::postgres::{PgPool, PgPoolOptions};

use crate::auth::Principal;
use crate::errors::ApiError;

// region payment
#[post("/orders/{id}/payment")]
async fn pay(
    user: Principal,
    id: web::Path<i64>,
    web::ThinData(pool): web::ThinData<PgPool>, // the pool is a handle already: no second Arc
) -> Result<impl Responder, ApiError> {
    let mut tx = pool.begin().await?;
    let paid = sqlx::query("UPDATE orders SET paid = true WHERE id = $1 AND owner = $2 AND NOT paid")
        .bind(*id)
        .bind(&user.subject)
        .execute(&mut *tx)
        .await?;
    if paid.rows_affected() == 0 {
        return Err(ApiError::NotFound); // tx is dropped: rolled back
    }
    sqlx::query("INSERT INTO outbox (topic, order_id) VALUES ('order.paid', $1)")
        .bind(*id)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(HttpResponse::NoContent())
}

/// In main, before HttpServer::new: one pool for all workers.
pub async fn pool(url: &str) -> Result<PgPool, sqlx::Error> {
    let wait = std::time::Duration::from_secs(3);
    PgPoolOptions::new().max_connections(20).acquire_timeout(wait).connect(url).await
}
// endregion payment
