// In-process queue with a bound and a clean stop (.NET 10).
using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

public interface IMailSender
{
    Task Send(Guid orderId, CancellationToken ct);
}

// region queue
public sealed class MailQueue
{
    readonly Channel<Guid> channel = Channel.CreateBounded<Guid>(new BoundedChannelOptions(1_000)
    {
        FullMode = BoundedChannelFullMode.Wait,
    });

    public bool TryEnqueue(Guid orderId) => channel.Writer.TryWrite(orderId); // false: full, so answer 503

    public IAsyncEnumerable<Guid> ReadAll(CancellationToken ct) => channel.Reader.ReadAllAsync(ct);
}

public sealed class MailWorker(MailQueue queue, IServiceScopeFactory scopes, ILogger<MailWorker> log)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        await foreach (var orderId in queue.ReadAll(stopping))
        {
            try
            {
                await using var scope = scopes.CreateAsyncScope(); // scoped services live for one item
                await scope.ServiceProvider.GetRequiredService<IMailSender>().Send(orderId, stopping);
            }
            catch (Exception e) when (!stopping.IsCancellationRequested)
            {
                log.LogError(e, "mail for {OrderId} failed", orderId); // one bad item must not stop the host
            }
        }
    }
}
// endregion queue
