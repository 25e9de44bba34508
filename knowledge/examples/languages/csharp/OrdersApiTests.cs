// WebApplicationFactory starts the real pipeline in memory (xUnit v3, ASP.NET Core 10).
using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Mvc.Testing;
using Xunit;

// region tests
public sealed class OrdersApiTests(WebApplicationFactory<Program> factory) : IClassFixture<WebApplicationFactory<Program>>
{
    readonly HttpClient client = factory.WithWebHostBuilder(host =>
        host.UseSetting("ConnectionStrings:Shop", TestDatabase.ConnectionString)).CreateClient();

    [Fact]
    public async Task Invalid_order_is_a_problem()
    {
        var reply = await client.PostAsJsonAsync("/orders", new { customer = "", lines = Array.Empty<object>() });
        Assert.Equal(HttpStatusCode.BadRequest, reply.StatusCode);
        Assert.Equal("application/problem+json", reply.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Unknown_order_is_404() =>
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync($"/orders/{Guid.NewGuid()}")).StatusCode);
}
// endregion tests
