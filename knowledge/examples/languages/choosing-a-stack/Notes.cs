// The rosetta notes service in C#: one resource, validation, problem+json, health, orderly shutdown (ASP.NET Core minimal API, .NET 10 or later).
using System.Collections.Concurrent;

// region service
var builder = WebApplication.CreateBuilder(args);
builder.Services.AddProblemDetails();
builder.Services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = false); // 400 in Development too
builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = 64 * 1024);
var app = builder.Build();
app.UseExceptionHandler();   // unhandled exceptions become problem+json
app.UseStatusCodePages();    // and so do bare 400 and 404 answers

var notes = new ConcurrentDictionary<Guid, Note>();

app.MapPost("/notes", (NoteIn input) =>
{
    var errors = input.Validate();
    if (errors.Count > 0)
        return Results.Problem(statusCode: 422, title: "Validation failed", extensions: new Dictionary<string, object?> { ["errors"] = errors });
    var note = new Note(Guid.CreateVersion7(), input.Title!.Trim(), input.Body ?? "");
    notes[note.Id] = note;
    return Results.Created($"/notes/{note.Id}", note);
});

app.MapGet("/notes/{id}", (string id) =>
    Guid.TryParse(id, out var key) && notes.TryGetValue(key, out var note)
        ? Results.Ok(note)
        : Results.Problem(statusCode: 404, title: "No such note"));

app.MapGet("/health", () => Results.Ok(new { status = "ok" }));
app.Run();                   // on SIGTERM the host ends requests in flight first

record FieldError(string Pointer, string Detail);
record Note(Guid Id, string Title, string Body);
record NoteIn(string? Title, string? Body)
{
    public List<FieldError> Validate()
    {
        var errors = new List<FieldError>();
        if (Title?.Trim().Length is null or < 1 or > 100) errors.Add(new("/title", "1 to 100 characters"));
        if (Body?.Length > 10_000) errors.Add(new("/body", "text up to 10000 characters"));
        return errors;
    }
}
// endregion
