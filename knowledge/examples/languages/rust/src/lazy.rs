use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll, Wake, Waker};

// region lazy
/// A future is a value with a poll function. This one is ready at the second poll.
pub struct Twice {
    asked: bool,
}

impl Future for Twice {
    type Output = &'static str;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if self.asked {
            return Poll::Ready("done");
        }
        self.asked = true;
        cx.waker().wake_by_ref(); // a socket would do this later, when data has come
        Poll::Pending
    }
}

struct CountWakes(AtomicU32);

impl Wake for CountWakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// The core of an executor. A real one sleeps until the waker is called; this one polls again at once.
pub fn run<F: Future>(future: F) -> (F::Output, u32) {
    let wakes = Arc::new(CountWakes(AtomicU32::new(0)));
    let waker = Waker::from(wakes.clone());
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return (value, wakes.0.load(Ordering::SeqCst));
        }
    }
}
// endregion lazy

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_runs_until_polled() {
        let ran = AtomicU32::new(0);
        let future = async {
            ran.fetch_add(1, Ordering::SeqCst);
            Twice { asked: false }.await
        };
        assert_eq!(ran.load(Ordering::SeqCst), 0); // created, not run
        assert_eq!(run(future), ("done", 1));
        assert_eq!(ran.load(Ordering::SeqCst), 1);
    }
}
