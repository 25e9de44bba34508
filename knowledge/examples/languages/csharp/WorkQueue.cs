// In-process queue with a bound and a clean stop (.NET 10).
using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

public interface IPriceCache
{
    Task WarmUp(Guid productId, CancellationToken ct);
}

// region queue
public sealed class WarmUpQueue
{
    readonly Channel<Guid> channel = Channel.CreateBounded<Guid>(new BoundedChannelOptions(1_000)
    {
        FullMode = BoundedChannelFullMode.Wait,
    });

    public bool TryEnqueue(Guid productId) => channel.Writer.TryWrite(productId); // false: full, the next reader fills the cache

    public IAsyncEnumerable<Guid> ReadAll(CancellationToken ct) => channel.Reader.ReadAllAsync(ct);
}

public sealed class WarmUpWorker(WarmUpQueue queue, IServiceScopeFactory scopes, ILogger<WarmUpWorker> log)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        await foreach (var productId in queue.ReadAll(stopping))
        {
            try
            {
                await using var scope = scopes.CreateAsyncScope(); // scoped services live for one item
                await scope.ServiceProvider.GetRequiredService<IPriceCache>().WarmUp(productId, stopping);
            }
            catch (Exception e) when (!stopping.IsCancellationRequested)
            {
                log.LogError(e, "warming up {ProductId} failed", productId); // one bad item must not stop the host
            }
        }
    }
}
// endregion queue
