// region bounded
static async Task<R[]> MapBounded<T, R>(IReadOnlyList<T> items, Func<T, CancellationToken, Task<R>> work,
    int atOnce = 20, TimeSpan? each = null, CancellationToken cancel = default)
{
    var results = new R[items.Count];
    var options = new ParallelOptions { MaxDegreeOfParallelism = atOnce, CancellationToken = cancel };
    await Parallel.ForEachAsync(Enumerable.Range(0, items.Count), options, async (index, stop) =>
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);   // stop: another item failed
        limit.CancelAfter(each ?? TimeSpan.FromSeconds(2));
        results[index] = await work(items[index], limit.Token);                    // pass it to HttpClient, EF Core
    });
    return results;
}
// endregion
