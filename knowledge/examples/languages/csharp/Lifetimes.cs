// A singleton that needs a scoped DbContext takes a scope per run (.NET 10).
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

public static class Registration
{
    // region validate
    public static void Configure(WebApplicationBuilder builder)
    {
        builder.Host.UseDefaultServiceProvider(o =>
        {
            o.ValidateScopes = true;  // default only in Development
            o.ValidateOnBuild = true; // missing registrations fail at start
        });
        builder.Services.AddScoped<OrderQueries>();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddHostedService<ExpireOrders>(); // a hosted service is a singleton
    }
    // endregion validate
}

// region scope
public sealed class ExpireOrders(IServiceScopeFactory scopes, TimeProvider clock, ILogger<ExpireOrders> log)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMinutes(5), clock);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            try
            {
                await using var scope = scopes.CreateAsyncScope(); // a fresh DbContext for each run
                var orders = scope.ServiceProvider.GetRequiredService<OrderQueries>();
                await orders.ExpireOld(clock.GetUtcNow().AddDays(-7), stopping);
            }
            catch (Exception e) when (!stopping.IsCancellationRequested)
            {
                log.LogError(e, "expiry failed; next run in five minutes"); // else the host stops
            }
        }
    }
}
// endregion scope
