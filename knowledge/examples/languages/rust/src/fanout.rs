use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::timeout;

#[derive(Debug, PartialEq)]
pub enum FanoutError {
    Timeout,
    Failed(String),
    Panicked,
}

// region fanout
/// At most eight calls at a time; returning early drops the JoinSet, which aborts the rest.
pub async fn prices<F, Fut>(ids: Vec<String>, fetch: F) -> Result<Vec<i64>, FanoutError>
where
    F: Fn(String) -> Fut + Clone + Send + 'static,
    Fut: Future<Output = Result<i64, String>> + Send + 'static,
{
    let permits = Arc::new(Semaphore::new(8));
    let mut cents = vec![0; ids.len()];
    let mut tasks = JoinSet::new();
    for (slot, id) in ids.into_iter().enumerate() {
        let (fetch, permits) = (fetch.clone(), permits.clone());
        tasks.spawn(async move {
            let _permit = permits.acquire_owned().await.expect("never closed");
            (slot, fetch(id).await)
        });
    }
    let collect = async {
        while let Some(done) = tasks.join_next().await {
            let (slot, result) = done.map_err(|_| FanoutError::Panicked)?; // a panic stays in its task
            cents[slot] = result.map_err(FanoutError::Failed)?;
        }
        Ok(())
    };
    timeout(Duration::from_secs(2), collect).await.map_err(|_| FanoutError::Timeout)??;
    Ok(cents)
}
// endregion fanout

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use tokio::time::sleep;

    fn ids(n: usize) -> Vec<String> {
        (0..n).map(|i| i.to_string()).collect()
    }

    #[tokio::test]
    async fn keeps_order_and_limit() {
        static NOW: AtomicUsize = AtomicUsize::new(0);
        static MOST: AtomicUsize = AtomicUsize::new(0);
        let got = prices(ids(30), |id| async move {
            MOST.fetch_max(NOW.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            sleep(Duration::from_millis(2)).await;
            NOW.fetch_sub(1, Ordering::SeqCst);
            Ok(id.parse().unwrap())
        })
        .await
        .unwrap();
        assert_eq!(got, (0..30).collect::<Vec<i64>>());
        assert!(MOST.load(Ordering::SeqCst) <= 8);
    }

    // region paused
    #[tokio::test(start_paused = true)] // time moves by itself when every task is idle
    async fn deadline_aborts_what_still_runs() {
        static FINISHED: AtomicUsize = AtomicUsize::new(0);
        let slow = |_| async {
            sleep(Duration::from_secs(60)).await;
            FINISHED.fetch_add(1, Ordering::SeqCst);
            Ok(1)
        };
        assert_eq!(prices(ids(3), slow).await, Err(FanoutError::Timeout));
        sleep(Duration::from_secs(120)).await;
        assert_eq!(FINISHED.load(Ordering::SeqCst), 0);
    }
    // endregion paused

    #[tokio::test]
    async fn a_panic_is_an_error_of_that_task() {
        let got = prices(ids(1), |_| async { if true { panic!("boom") } Ok(1) }).await;
        assert_eq!(got, Err(FanoutError::Panicked));
    }
}
