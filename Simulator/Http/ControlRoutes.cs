using Continuity.Simulator.Faults;
using Continuity.Simulator.Hosting;
using Continuity.Simulator.Json;

namespace Continuity.Simulator.Http;

/// <summary>The simulator's own routes under /_sim: what it has done, what shall go wrong, and the crash.</summary>
internal static class ControlRoutes
{
    public static void MapControl(this WebApplication app, ServerLife life)
    {
        app.MapGet("/_sim/stats", (HttpContext context) => Answers.JsonAsync(context, Describe(life.Statistics.Snapshot(), life)));
        app.MapPost("/_sim/faults", async (HttpContext context) =>
        {
            try
            {
                FaultRequest.Apply(life.Options.Faults, await Bodies.ReadDictAsync(context, life.Options.MaxUploadSize));
                Answers.Empty(context);
            }
            catch (Exception e) when (e is PythonException or System.Text.Json.JsonException)
            {
                await Answers.TextAsync(context, StatusCodes.Status400BadRequest, e.Message);
            }
        });
        app.MapPost("/_sim/crash", (HttpContext _) => life.Crash());
    }

    private static PyDict Describe(SimulatorStatistics statistics, ServerLife life) => new()
    {
        ["name"] = life.Options.Name,
        ["submitted"] = statistics.Submitted.ToList(),
        ["executions"] = new PyDict(statistics.Executions.Select(p => KeyValuePair.Create(p.Key, (object?)p.Value))),
        ["refused"] = statistics.Refused,
        ["succeeded"] = statistics.Succeeded,
        ["failed"] = statistics.Failed,
        ["interrupted"] = statistics.Interrupted,
        ["nodes_executed"] = statistics.NodesExecuted,
        ["nodes_cached"] = statistics.NodesCached,
        ["uploads"] = statistics.Uploads,
        ["uploaded_bytes"] = statistics.UploadedBytes,
        ["views"] = statistics.Views,
        ["files_written"] = statistics.FilesWritten,
        ["model_loads"] = statistics.ModelLoads,
        ["model_evictions"] = statistics.ModelEvictions,
        ["loads_by_model"] = new PyDict(statistics.LoadsByModel.Select(p => KeyValuePair.Create(p.Key, (object?)p.Value))),
        ["resident_models"] = life.Memory.Resident.ToList(),
        ["max_running"] = statistics.MaxRunning,
        ["interrupt_requests"] = statistics.InterruptRequests,
        ["requests"] = statistics.Requests,
        ["socket_connections"] = statistics.SocketConnections,
        ["messages_sent"] = statistics.MessagesSent,
        ["crashes"] = statistics.Crashes,
    };
}
