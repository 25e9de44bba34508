// Middleware order of an API behind a proxy (ASP.NET Core 10).
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.HttpOverrides;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddProblemDetails();
builder.Services.AddHealthChecks();
builder.Services.AddCors(o => o.AddDefaultPolicy(p => p.WithOrigins("https://app.example.com").AllowAnyHeader()));
builder.Services.AddAuthentication().AddJwtBearer();
builder.Services.AddAuthorizationBuilder()
    .SetFallbackPolicy(new Microsoft.AspNetCore.Authorization.AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
builder.Services.AddRateLimiter(o =>
{
    o.RejectionStatusCode = StatusCodes.Status429TooManyRequests; // the default is 503
    o.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(http =>
        RateLimitPartition.GetTokenBucketLimiter(http.User.FindFirst("sub")?.Value ?? "anonymous", _ => new()
        {
            TokenLimit = 100, TokensPerPeriod = 50, ReplenishmentPeriod = TimeSpan.FromSeconds(1),
        }));
});
builder.Services.Configure<ForwardedHeadersOptions>(o =>
    o.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto); // plus KnownProxies

var app = builder.Build();
// region order
app.UseForwardedHeaders();   // first: everything after it sees the real scheme and address
app.UseExceptionHandler();   // catches what the rest throws
app.UseStatusCodePages();    // problem details for bare 404 and 405
app.UseHsts();
app.UseRouting();            // picks the endpoint; what follows can read its metadata
app.UseCors();               // before authentication: preflights carry no token
app.UseAuthentication();     // sets User, refuses nobody
app.UseRateLimiter();        // after it, because the partition is the user
app.UseAuthorization();      // 401 and 403
app.MapHealthChecks("/healthz").AllowAnonymous().DisableRateLimiting();
app.MapGet("/orders", () => Array.Empty<string>());
// endregion order
app.Run();
