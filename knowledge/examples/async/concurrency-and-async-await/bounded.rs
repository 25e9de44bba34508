// region bounded
use futures::stream::{self, StreamExt, TryStreamExt};
use std::{future::Future, time::Duration};

/// In order, at most `at_once` in flight. Dropping a future cancels it: the first Err drops all others.
pub async fn map_bounded<T, R, F, Fut>(
    items: Vec<T>, at_once: usize, each: Duration, work: F,
) -> anyhow::Result<Vec<R>>
where
    F: Fn(T) -> Fut,
    Fut: Future<Output = anyhow::Result<R>>,
{
    stream::iter(items)
        .map(|item| {
            let call = work(item);
            async move { tokio::time::timeout(each, call).await? } // Elapsed becomes an error
        })
        .buffered(at_once) // buffer_unordered when the order does not matter
        .try_collect()
        .await
}
// endregion
