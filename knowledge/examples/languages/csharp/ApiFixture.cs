using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Testcontainers.PostgreSql;
using Xunit;

namespace Orders.Tests;

// region fixture
public sealed class ApiFixture : WebApplicationFactory<Program>, IAsyncLifetime
{
    readonly PostgreSqlContainer database = new PostgreSqlBuilder("postgres:18").Build();

    public async ValueTask InitializeAsync() => await database.StartAsync(); // once for all tests that share the fixture

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await database.DisposeAsync();
    }

    protected override void ConfigureWebHost(IWebHostBuilder host)
    {
        host.UseSetting("ConnectionStrings:Shop", database.GetConnectionString());
        host.ConfigureTestServices(services => services // runs after the application's own registrations
            .AddAuthentication("test")
            .AddScheme<AuthenticationSchemeOptions, HeaderLogin>("test", _ => { }));
    }
}

sealed class HeaderLogin(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logs, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logs, encoder)
{
    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var user = Request.Headers["X-Test-User"].ToString();
        if (user == "") return Task.FromResult(AuthenticateResult.NoResult()); // no header: 401, as in production
        var identity = new ClaimsIdentity([new Claim("sub", user), new Claim("scope", "orders:write")], "test");
        return Task.FromResult(AuthenticateResult.Success(new(new ClaimsPrincipal(identity), "test")));
    }
}
// endregion
