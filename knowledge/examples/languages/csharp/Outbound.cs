// Typed client with the standard resilience handler (.NET 10, Microsoft.Extensions.Http.Resilience 10).
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience;

public static class OutboundRegistration
{
    // region client
    public static void AddPartner(this IServiceCollection services)
    {
        services.AddHttpClient<PartnerClient>(http => http.BaseAddress = new Uri("https://partner.example.com"))
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
            {
                ConnectTimeout = TimeSpan.FromSeconds(1),
                PooledConnectionLifetime = TimeSpan.FromMinutes(2), // follow DNS changes
            })
            .AddStandardResilienceHandler(o =>
            {
                o.AttemptTimeout.Timeout = TimeSpan.FromSeconds(1);
                o.TotalRequestTimeout.Timeout = TimeSpan.FromSeconds(3); // retries included
                o.Retry.MaxRetryAttempts = 2;
                o.Retry.DisableForUnsafeHttpMethods(); // no automatic retry of POST, PATCH, PUT, DELETE, CONNECT
            });
    }
    // endregion client
}

public sealed class PartnerClient(HttpClient http)
{
    public Task<Price?> Price(string sku, CancellationToken ct) =>
        http.GetFromJsonAsync<Price>($"/prices/{Uri.EscapeDataString(sku)}", ct);
}
