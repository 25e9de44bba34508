use std::collections::HashMap;
use std::sync::{Arc, RwLock};

// region state
/// Cloning copies two pointers; the prices and the store exist once.
#[derive(Clone)]
pub struct AppState {
    prices: Arc<RwLock<HashMap<String, i64>>>, // read often, replaced rarely
    store: Arc<dyn Store>,                     // 'static and shareable: Send + Sync below
}

pub trait Store: Send + Sync + 'static {
    fn save(&self, sku: &str, cents: i64) -> bool;
}

impl AppState {
    pub fn new(prices: HashMap<String, i64>, store: Arc<dyn Store>) -> Self {
        Self { prices: Arc::new(RwLock::new(prices)), store }
    }

    pub fn order(&self, sku: &str) -> Option<i64> { // borrows the sku: the caller keeps its String
        let cents = self.price(sku)?; // the guard is gone before the slow call
        self.store.save(sku, cents).then_some(cents)
    }

    fn price(&self, sku: &str) -> Option<i64> {
        self.prices.read().unwrap_or_else(|poisoned| poisoned.into_inner()).get(sku).copied()
    }
}
// endregion state

#[cfg(test)]
mod tests {
    use super::*;
    struct Yes;
    impl Store for Yes {
        fn save(&self, _: &str, _: i64) -> bool {
            true
        }
    }
    #[test]
    fn clones_share() {
        let state = AppState::new(HashMap::from([("a".into(), 5)]), Arc::new(Yes));
        let clone = state.clone();
        state.prices.write().unwrap().insert("b".into(), 9);
        let handle = std::thread::spawn(move || clone.order("b"));
        assert_eq!(handle.join().unwrap(), Some(9));
        assert_eq!(state.order("zz"), None);
        assert!(Arc::strong_count(&state.prices) == 1);
    }
}
