// Minimal API with validation, problem details, EF Core and cancellation (ASP.NET Core 10, EF Core 10).
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddDbContext<ShopDb>(o => o.UseNpgsql(builder.Configuration.GetConnectionString("Shop")));
builder.Services.AddOrders();

var app = builder.Build();
app.UseExceptionHandler();
app.UseStatusCodePages();
app.MapOrders();
app.Run();

// region endpoints
public record NewLine([Required, MaxLength(32)] string Sku, [Range(1, 999)] int Quantity);
public record NewOrder([Required, MaxLength(64)] string Customer, [Required, MinLength(1)] List<NewLine> Lines);
public record OrderView(Guid Id, string Customer, int Items);

public static class OrderEndpoints
{
    public static IServiceCollection AddOrders(this IServiceCollection services)
    {
        services.AddValidation();      // in the assembly that holds the endpoints: a source generator reads them
        services.AddProblemDetails();
        services.AddExceptionHandler<DomainErrors>();
        return services;
    }

    public static void MapOrders(this IEndpointRouteBuilder routes)
    {
        var orders = routes.MapGroup("/orders");
        orders.MapPost("/", Place);
        orders.MapGet("/{id:guid}", Find);
    }

    static async Task<Created<OrderView>> Place(NewOrder input, ShopDb db, CancellationToken ct)
    {
        var order = new Order { Id = Guid.CreateVersion7(), Customer = input.Customer };
        order.Lines.AddRange(input.Lines.Select(l => new OrderLine { Sku = l.Sku, Quantity = l.Quantity }));
        db.Orders.Add(order);
        await db.SaveChangesAsync(ct); // ct ends when the client disconnects
        return TypedResults.Created($"/orders/{order.Id}", new OrderView(order.Id, order.Customer, order.Lines.Count));
    }

    static async Task<OrderView> Find(Guid id, ShopDb db, CancellationToken ct) =>
        await db.Orders.Where(o => o.Id == id)
            .Select(o => new OrderView(o.Id, o.Customer, o.Lines.Count)) // projection: nothing is tracked
            .SingleOrDefaultAsync(ct) ?? throw new OrderNotFound(id);
}
// endregion endpoints

// region errors
public sealed class OrderNotFound(Guid id) : Exception($"No order {id}.");

public sealed class DomainErrors(IProblemDetailsService problems) : Microsoft.AspNetCore.Diagnostics.IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext http, Exception error, CancellationToken ct)
    {
        var (status, detail) = error switch
        {
            OrderNotFound e => (404, e.Message),
            DbUpdateConcurrencyException => (409, "The order changed since you read it."),
            _ => (0, ""),
        };
        if (status == 0) return false; // the default answers a 500 problem without details, and logs
        http.Response.StatusCode = status;
        return await problems.TryWriteAsync(new ProblemDetailsContext
        {
            HttpContext = http,
            Exception = error,
            ProblemDetails = { Status = status, Detail = detail },
        });
    }
}
// endregion errors

public class Order
{
    public Guid Id { get; init; }
    public required string Customer { get; set; }
    public string Status { get; set; } = "new";
    public DateTimeOffset CreatedAt { get; init; } = DateTimeOffset.UtcNow;
    public List<OrderLine> Lines { get; } = [];
}

public class OrderLine
{
    public int Id { get; init; }
    public required string Sku { get; set; }
    public int Quantity { get; set; }
}

public class ShopDb(DbContextOptions<ShopDb> options) : DbContext(options)
{
    public DbSet<Order> Orders => Set<Order>();
}

// region queries
public sealed class OrderQueries(ShopDb db)
{
    public Task<List<OrderView>> Page(Guid? after, CancellationToken ct) =>
        db.Orders
            .Where(o => after == null || o.Id > after) // keyset, not Skip
            .OrderBy(o => o.Id)
            .Select(o => new OrderView(o.Id, o.Customer, o.Lines.Count)) // one query, three columns
            .Take(50)
            .ToListAsync(ct);

    public Task<List<Order>> WithLines(string customer, CancellationToken ct) =>
        db.Orders.AsNoTracking()
            .Where(o => o.Customer == customer)
            .Include(o => o.Lines)
            .AsSplitQuery() // a second query instead of a wide join
            .ToListAsync(ct);

    public Task<int> ExpireOld(DateTimeOffset before, CancellationToken ct) =>
        db.Orders.Where(o => o.Status == "new" && o.CreatedAt < before)
            .ExecuteUpdateAsync(s => s.SetProperty(o => o.Status, "expired"), ct); // one UPDATE, at once
}
// endregion queries

public partial class Program; // for WebApplicationFactory
