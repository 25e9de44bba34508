using Microsoft.OpenApi;

namespace Orders;

public static class OpenApiSetup
{
    // region openapi
    public static void AddContract(this WebApplicationBuilder builder) =>
        builder.Services.AddOpenApi("v1", options =>
        {
            options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1; // 11 would write 3.2
            options.AddDocumentTransformer((document, context, ct) =>
            {
                document.Info.Title = "Orders";
                document.Components ??= new OpenApiComponents();
                document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
                document.Components.SecuritySchemes["bearer"] = new OpenApiSecurityScheme
                {
                    Type = SecuritySchemeType.Http,
                    Scheme = "bearer",
                    BearerFormat = "JWT",
                };
                return Task.CompletedTask;
            });
        });

    public static void MapContract(this WebApplication app) =>
        app.MapOpenApi().RequireAuthorization(); // /openapi/v1.json; AllowAnonymous() for a public API
    // endregion
}
