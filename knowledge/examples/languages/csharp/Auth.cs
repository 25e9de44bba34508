// Bearer tokens for the API, a cookie for the web front end, policies for both (ASP.NET Core 10).
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.IdentityModel.Tokens;

var builder = WebApplication.CreateBuilder(args);
// region auth
builder.Services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme)
    .AddJwtBearer(o =>
    {
        o.Authority = "https://login.example.com"; // discovery and keys
        o.MapInboundClaims = false;                // keep "sub" and "scope" as they are
        o.TokenValidationParameters.ValidAudience = "https://orders.example.com";
        o.TokenValidationParameters.ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256];
        o.TokenValidationParameters.ValidTypes = ["at+jwt"];
        o.TokenValidationParameters.NameClaimType = "sub";
        o.TokenValidationParameters.ClockSkew = TimeSpan.FromSeconds(30);
    })
    .AddCookie(o =>
    {
        o.Cookie.Name = "__Host-session";
        o.Cookie.SecurePolicy = CookieSecurePolicy.Always; // HttpOnly and SameSite=Lax are the defaults
        o.ExpireTimeSpan = TimeSpan.FromHours(8);
    });

builder.Services.AddAuthorizationBuilder()
    .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build()) // closed by default
    .AddPolicy("orders:write", p => p.RequireAssertion(c =>
        c.User.FindFirst("scope")?.Value.Split(' ').Contains("orders:write") ?? false)); // scope is one string
// endregion auth

// region owner
builder.Services.AddScoped<IAuthorizationHandler, OrderOwnerHandler>();
var app = builder.Build();
app.UseAuthentication();
app.UseAuthorization();
app.MapDelete("/orders/{id:guid}", async (Guid id, ShopDb db, IAuthorizationService auth, HttpContext http) =>
{
    var order = await db.Orders.FindAsync([id], http.RequestAborted);
    if (order is null) return Results.NotFound();
    var allowed = await auth.AuthorizeAsync(http.User, order, new OrderOwner());
    if (!allowed.Succeeded) return Results.NotFound(); // do not reveal that it exists
    db.Orders.Remove(order);
    await db.SaveChangesAsync(http.RequestAborted);
    return Results.NoContent();
}).RequireAuthorization("orders:write");
app.Run();

public sealed record OrderOwner : IAuthorizationRequirement;

public sealed class OrderOwnerHandler : AuthorizationHandler<OrderOwner, Order>
{
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, OrderOwner rule, Order order)
    {
        if (context.User.FindFirst("sub")?.Value == order.Customer) context.Succeed(rule);
        return Task.CompletedTask;
    }
}
// endregion owner
