using Continuity.Simulator.Hosting;
using Continuity.Simulator.Json;

namespace Continuity.Simulator.Http;

/// <summary>/history.</summary>
internal static class HistoryRoutes
{
    public static void MapHistory(this WebApplication app, ServerLife life)
    {
        app.MapGet("/history", (HttpContext context) =>
        {
            var maxItems = IntOf(context, "max_items");
            return Answers.RawJsonAsync(context, life.Queue.WriteHistory(maxItems, IntOf(context, "offset") ?? -1));
        });
        app.MapGet("/history/{id}", (HttpContext context, string id) => Answers.RawJsonAsync(context, life.Queue.WriteHistory(id)));
        app.MapPost("/history", async (HttpContext context) =>
        {
            var json = await Bodies.ReadDictAsync(context, life.Options.MaxUploadSize);
            if (PyText.IsTrue(json.Find("clear")))
            {
                life.Queue.ClearHistory();
            }

            if (json.TryGetValue("delete", out var ids))
            {
                foreach (var id in QueueRoutes.Iterate(ids).OfType<string>())
                {
                    life.Queue.DeleteHistory(id);
                }
            }

            Answers.Empty(context);
        });
    }

    private static long? IntOf(HttpContext context, string name) =>
        context.Request.Query.TryGetValue(name, out var value) ? (long)PyNumber.ToInt(value.ToString()) : null;
}
