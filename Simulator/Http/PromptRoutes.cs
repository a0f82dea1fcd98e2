using Continuity.Simulator.Execution;
using Continuity.Simulator.Hosting;
using Continuity.Simulator.Json;

namespace Continuity.Simulator.Http;

/// <summary>GET and POST /prompt.</summary>
internal static class PromptRoutes
{
    public static void MapPrompt(this WebApplication app, ServerLife life)
    {
        var intake = new PromptIntake(life);
        app.MapGet("/prompt", (HttpContext context) => Answers.JsonAsync(context, life.Queue.ExecInfo()));
        app.MapPost("/prompt", intake.PostAsync);
    }

    private sealed class PromptIntake(ServerLife life)
    {
        private long _counter;

        public async Task PostAsync(HttpContext context)
        {
            var body = await Bodies.ReadJsonAsync(context, life.Options.MaxUploadSize);
            if (body is List<object?> or string)
            {
                // Python finds no "prompt" in a list or a text either.
                Interlocked.Increment(ref _counter);
                body = new PyDict();
            }

            var json = body as PyDict ?? throw new PythonException("TypeError", "argument is not iterable");
            var number = NumberFor(json);
            if (!json.TryGetValue("prompt", out var given))
            {
                await RefuseAsync(context, NoPrompt(), []);
                return;
            }

            await SubmitAsync(context, json, number, given);
        }

        private static PyDict NoPrompt() => new()
        {
            ["type"] = "no_prompt",
            ["message"] = "No prompt provided",
            ["details"] = "No prompt provided",
            ["extra_info"] = new PyDict(),
        };

        private async Task SubmitAsync(HttpContext context, PyDict json, object number, object? given)
        {
            var id = json.TryGetValue("prompt_id", out var wanted) ? PyText.Str(wanted) : Guid.NewGuid().ToString();
            var prompt = given as PyDict ?? throw new PythonException("TypeError", $"'{PyText.TypeName(given)}' object is not a prompt");
            var validator = new GraphValidator(prompt, life.Catalog, life.Folders, life.Options.Seed);
            var result = validator.Validate(json.Find("partial_execution_targets"));
            var extraData = json.TryGetValue("extra_data", out var extra)
                ? extra as PyDict ?? throw new PythonException("TypeError", $"'{PyText.TypeName(extra)}' object does not support item assignment")
                : [];
            if (json.TryGetValue("client_id", out var clientId))
            {
                extraData["client_id"] = clientId;
            }

            if (result.Error is { } error)
            {
                await RefuseAsync(context, error, result.NodeErrors);
                return;
            }

            life.Statistics.PromptSubmitted(id);
            life.Queue.Put(new QueueItem(number, id, prompt, extraData, result.Outputs));
            if (life.Options.Faults.TakeLostAnswer())
            {
                context.Abort();
                return;
            }

            await Answers.JsonAsync(context, new PyDict { ["prompt_id"] = id, ["number"] = number, ["node_errors"] = result.NodeErrors });
        }

        private Task RefuseAsync(HttpContext context, PyDict error, PyDict nodeErrors)
        {
            life.Statistics.Update(s => s with { Refused = s.Refused + 1 });
            return Answers.JsonAsync(context, new PyDict { ["error"] = error, ["node_errors"] = nodeErrors }, StatusCodes.Status400BadRequest);
        }

        // An explicit number does not advance the counter; refused prompts do.
        private object NumberFor(PyDict json)
        {
            if (json.TryGetValue("number", out var number))
            {
                return PyNumber.ToFloat(number);
            }

            var next = Interlocked.Increment(ref _counter) - 1;
            return PyText.IsTrue(json.Find("front")) ? -next : next;
        }
    }
}
