// Async rules in one class (.NET 10).
using System.Net.Http.Json;

public record Price(string Sku, decimal Amount);

// region async
public sealed class PriceClient(HttpClient http) // from AddHttpClient<PriceClient>(), never new per call
{
    public async Task<IReadOnlyList<Price>> All(IEnumerable<string> skus, CancellationToken ct)
    {
        using var budget = CancellationTokenSource.CreateLinkedTokenSource(ct); // caller's token and our deadline
        budget.CancelAfter(TimeSpan.FromSeconds(2));
        var prices = new System.Collections.Concurrent.ConcurrentBag<Price>();
        var limits = new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = budget.Token };
        try
        {
            await Parallel.ForEachAsync(skus, limits, async (sku, token) =>
            {
                var price = await http.GetFromJsonAsync<Price>($"/prices/{Uri.EscapeDataString(sku)}", token);
                if (price is not null) prices.Add(price);
            });
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new TimeoutException("prices took longer than 2 s"); // our deadline, not the caller's
        }
        return prices.ToList();
    }
}
// endregion async
