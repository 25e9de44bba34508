using System.Text.Json.Serialization;

namespace Orders;

// region models
public record NewItem(string Sku, int Quantity, string? Note = null); // only Note may be left out
public record ItemView(Guid Id, string Sku, int Quantity);            // a type of its own: nothing leaks, nothing is set

public static class StrictJson
{
    public static IServiceCollection AddStrictJson(this IServiceCollection services) =>
        services.ConfigureHttpJsonOptions(o =>
        {
            o.SerializerOptions.RespectNullableAnnotations = true;           // "sku": null is an error
            o.SerializerOptions.RespectRequiredConstructorParameters = true; // a missing sku or quantity as well
            o.SerializerOptions.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow; // and an unknown member
        });
}
// endregion
