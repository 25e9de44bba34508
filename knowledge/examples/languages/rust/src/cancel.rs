use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

pub struct Job {
    pub id: u32,
}

// region cancel
/// recv is cancel-safe, so it may lose the race; the work itself is not in a branch that can be dropped.
pub async fn worker(mut jobs: mpsc::Receiver<Job>, mut stop: oneshot::Receiver<()>, done: mpsc::Sender<u32>) {
    loop {
        let job = tokio::select! {
            biased; // look at stop first
            _ = &mut stop => return,
            job = jobs.recv() => match job { Some(job) => job, None => return },
        };
        finish(job, &done).await; // outside select!: runs to its end once it has begun
    }
}

/// A handler's future may be dropped when the client leaves; a spawned task goes on.
pub async fn pay(job: Job, done: mpsc::Sender<u32>) -> Result<(), tokio::task::JoinError> {
    tokio::spawn(async move { finish(job, &done).await }).await
}
// endregion cancel

async fn finish(job: Job, done: &mpsc::Sender<u32>) {
    tokio::time::sleep(Duration::from_millis(50)).await;
    let _ = done.send(job.id).await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::{sleep, timeout};

    #[tokio::test(start_paused = true)]
    async fn work_begun_is_finished() {
        let (jobs, rx) = mpsc::channel(8);
        let (stop, stopped) = oneshot::channel();
        let (done, mut results) = mpsc::channel(8);
        jobs.send(Job { id: 1 }).await.ok();
        jobs.send(Job { id: 2 }).await.ok();
        let task = tokio::spawn(worker(rx, stopped, done));
        sleep(Duration::from_millis(10)).await;
        stop.send(()).unwrap();
        task.await.unwrap();
        assert_eq!(results.recv().await, Some(1));
        assert_eq!(results.recv().await, None); // job 2 was never begun
    }

    #[tokio::test(start_paused = true)]
    async fn dropping_the_future_stops_it_but_not_the_spawned_task() {
        let (done, mut results) = mpsc::channel(8);
        assert!(timeout(Duration::from_millis(10), finish(Job { id: 3 }, &done)).await.is_err());
        assert!(timeout(Duration::from_millis(10), pay(Job { id: 4 }, done.clone())).await.is_err());
        drop(done);
        assert_eq!(results.recv().await, Some(4));
        assert_eq!(results.recv().await, None);
    }
}
