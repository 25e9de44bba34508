// SQLx 0.8, PostgreSQL. Needs a database or .sqlx/ at build time, so it is not part of src/.
use std::time::Duration;

use sqlx::postgres::{PgPool, PgPoolOptions};

use crate::errors::OrderError; // with a variant Storage(#[from] sqlx::Error)

// region sqlx
pub async fn connect(url: &str) -> Result<PgPool, sqlx::Error> {
    PgPoolOptions::new()
        .max_connections(20) // default 10
        .acquire_timeout(Duration::from_secs(3)) // default 30 s: clients give up earlier
        .connect(url)
        .await
}

pub async fn pay(pool: &PgPool, id: i64) -> Result<(), OrderError> {
    let mut tx = pool.begin().await?;
    let done = sqlx::query!("UPDATE orders SET paid = true WHERE id = $1 AND NOT paid", id)
        .execute(&mut *tx)
        .await?;
    if done.rows_affected() == 0 {
        return Err(OrderError::AlreadyPaid); // or no such order: ask before you answer 409; dropping tx rolls back
    }
    sqlx::query!("INSERT INTO outbox (topic, order_id) VALUES ('order.paid', $1)", id)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?; // without this line everything is rolled back
    Ok(())
}
// endregion sqlx
