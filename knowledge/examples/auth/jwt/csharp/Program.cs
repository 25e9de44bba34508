// Access-token validation in ASP.NET Core 10 (Microsoft.AspNetCore.Authentication.JwtBearer). Not part of the example tests.
// region csharp
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.IdentityModel.Tokens;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer(options =>
{
    options.Authority = "https://id.example.com"; // metadata and keys from here, refreshed by the handler
    options.MapInboundClaims = false;             // keep sub and scope under their own names
    options.TokenValidationParameters = new TokenValidationParameters
    {
        ValidTypes = ["at+jwt", "application/at+jwt"],
        ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
        ValidIssuer = "https://id.example.com",
        ValidAudience = "https://orders.api.example.com",
        ClockSkew = TimeSpan.FromSeconds(30),     // default 5 minutes
    };
});
builder.Services.AddAuthorizationBuilder().AddPolicy("orders:read", policy => policy
    .RequireClaim("client_id").RequireAssertion(context =>
        context.User.FindFirst("scope")?.Value.Split(' ').Contains("orders:read") ?? false));

var app = builder.Build();
app.UseAuthentication();
app.UseAuthorization();
app.MapGet("/orders", () => "[]").RequireAuthorization("orders:read");
app.Run();
// endregion
