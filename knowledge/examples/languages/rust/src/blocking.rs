use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

// region blocking
#[derive(Clone)]
pub struct CpuPool {
    permits: Arc<Semaphore>,
}

impl CpuPool {
    pub fn new(cores: usize) -> Self {
        Self { permits: Arc::new(Semaphore::new(cores)) } // spawn_blocking alone would allow 512 at once
    }

    /// None: the pool is busy (answer 503) or the work panicked.
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let permit = self.permits.clone().try_acquire_owned().ok()?;
        spawn_blocking(move || {
            let _permit = permit; // freed when the work ends, even if the request was dropped before
            work()
        })
        .await
        .ok()
    }
}
// endregion blocking

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    #[tokio::test] // one thread: a blocked worker stops everything
    async fn timers_run_while_work_blocks() {
        let pool = CpuPool::new(1);
        let begin = Instant::now();
        let work = pool.run(|| std::thread::sleep(Duration::from_millis(200)));
        let tick = async {
            tokio::time::sleep(Duration::from_millis(20)).await;
            begin.elapsed()
        };
        let (done, ticked) = tokio::join!(work, tick);
        assert!(done.is_some() && ticked < Duration::from_millis(120), "{ticked:?}");

        let begin = Instant::now();
        let bad = async { std::thread::sleep(Duration::from_millis(200)) };
        let tick = async {
            tokio::time::sleep(Duration::from_millis(20)).await;
            begin.elapsed()
        };
        let (_, ticked) = tokio::join!(bad, tick);
        assert!(ticked >= Duration::from_millis(200));
    }

    #[tokio::test]
    async fn busy_pool_refuses_and_dropped_request_keeps_the_permit() {
        let pool = CpuPool::new(1);
        let first = tokio::spawn({
            let pool = pool.clone();
            async move { pool.run(|| std::thread::sleep(Duration::from_millis(100))).await }
        });
        tokio::time::sleep(Duration::from_millis(20)).await;
        first.abort(); // as a dropped handler
        assert!(pool.run(|| 1).await.is_none());
        tokio::time::sleep(Duration::from_millis(150)).await;
        assert_eq!(pool.run(|| 1).await, Some(1));
        assert!(pool.run(|| -> i32 { panic!("x") }).await.is_none());
    }
}
