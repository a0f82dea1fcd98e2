using System.Text.Json;
using Continuity.Simulator.Hosting;
using Continuity.Simulator.Json;

namespace Continuity.Simulator.Http;

/// <summary>/queue, /interrupt and /free.</summary>
internal static class QueueRoutes
{
    public static void MapQueue(this WebApplication app, ServerLife life)
    {
        app.MapGet("/queue", (HttpContext context) => Answers.RawJsonAsync(context, life.Queue.WriteQueue()));
        app.MapPost("/queue", async (HttpContext context) =>
        {
            var json = await Bodies.ReadDictAsync(context, life.Options.MaxUploadSize);
            if (PyText.IsTrue(json.Find("clear")))
            {
                life.Queue.Clear();
            }

            if (json.TryGetValue("delete", out var ids))
            {
                foreach (var id in Iterate(ids))
                {
                    life.Queue.Delete(id);
                }
            }

            Answers.Empty(context);
        });
        app.MapPost("/interrupt", context => InterruptAsync(context, life));
        app.MapPost("/free", async (HttpContext context) =>
        {
            var json = await Bodies.ReadDictAsync(context, life.Options.MaxUploadSize);
            life.Queue.SetFlags(PyText.IsTrue(json.Find("unload_models")), PyText.IsTrue(json.Find("free_memory")));
            Answers.Empty(context);
        });
    }

    public static IEnumerable<object?> Iterate(object? value) => value switch
    {
        List<object?> list => list,
        string text => text.Select(c => (object?)c.ToString()),
        PyDict dict => dict.Keys,
        _ => throw new PythonException("TypeError", $"'{PyText.TypeName(value)}' object is not iterable"),
    };

    private static async Task InterruptAsync(HttpContext context, ServerLife life)
    {
        object? json;
        try
        {
            json = await Bodies.ReadJsonAsync(context, life.Options.MaxUploadSize);
        }
        catch (JsonException)
        {
            json = new PyDict();
        }

        if (json is not PyDict dict)
        {
            throw new PythonException("AttributeError", $"'{PyText.TypeName(json)}' object has no attribute 'get'");
        }

        // Without an id it stops whatever runs; the flag stays up until a node looks or the next prompt starts.
        life.Statistics.Update(s => s with { InterruptRequests = s.InterruptRequests + 1 });
        var id = dict.Find("prompt_id");
        if (!life.Options.Faults.IgnoreInterrupt && (!PyText.IsTrue(id) || (id is string text && life.Queue.IsRunning(text))))
        {
            life.Interrupt.Raise();
        }

        Answers.Empty(context);
    }
}
