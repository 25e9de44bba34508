use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

// region send
type Cache = Arc<Mutex<HashMap<String, i64>>>;

/// The guards end before each await, so the future is Send and nobody waits for the lock during the call.
pub async fn price(cache: Cache, sku: String) -> i64 {
    if let Some(cents) = cached(&cache, &sku) {
        return cents;
    }
    let cents = fetch(&sku).await; // no guard is alive here
    cache.lock().unwrap().insert(sku, cents);
    cents
}

fn cached(cache: &Cache, sku: &str) -> Option<i64> {
    cache.lock().unwrap().get(sku).copied() // the guard is a temporary of this function
}

/// Only where the await itself must be exclusive: the async mutex, held across it.
pub async fn refresh_token(token: Arc<tokio::sync::Mutex<Option<String>>>) -> String {
    let mut token = token.lock().await;
    if token.is_none() {
        *token = Some(login().await); // one login, all others wait and then find the token
    }
    token.clone().expect("just set")
}

pub fn assert_send<T: Send>(value: T) -> T { // in a test: names the error at its cause
    value
}
// endregion send

async fn fetch(sku: &str) -> i64 {
    tokio::time::sleep(Duration::from_millis(5)).await;
    sku.len() as i64
}

static LOGINS: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);

async fn login() -> String {
    tokio::time::sleep(Duration::from_millis(5)).await;
    format!("token-{}", LOGINS.fetch_add(1, std::sync::atomic::Ordering::SeqCst))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn spawnable_and_single_login() {
        let cache = Cache::default();
        let task = tokio::spawn(assert_send(price(cache.clone(), "abc".into())));
        assert_eq!(task.await.unwrap(), 3);
        assert_eq!(cached(&cache, "abc"), Some(3));
        let token = Arc::new(tokio::sync::Mutex::new(None));
        let tasks: Vec<_> = (0..10).map(|_| tokio::spawn(refresh_token(token.clone()))).collect();
        for task in tasks {
            assert_eq!(task.await.unwrap(), "token-0");
        }
    }
}
