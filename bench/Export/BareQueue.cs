using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json.Nodes;

using Continuity.ComfyUI.Client;
using Continuity.ComfyUI.Workflows;
using Continuity.Pipelines;
using Continuity.Tasks;

namespace Continuity.Bench;

/// <summary>
/// What one would do without a farm: the same number of keyframe prompts put straight into the ComfyUI queues, evenly, and waited for. No inputs, no files
/// fetched, nothing durable: the floor below which no farm can be.
/// </summary>
internal static class BareQueue
{
    public static async Task<TimeSpan> MeasureAsync(PipelineDefinition definition, ImmutableArray<IComfyClient> clients)
    {
        var keyframe = definition.Tasks.First(task => task.Kind == TaskKind.GenerateKeyframe);
        var profile = definition.Profiles.First(candidate => candidate.Id == keyframe.ProfileId);
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(clients.Select(async (client, gpu) =>
        {
            var last = "";
            for (var i = gpu; i < definition.Tasks.Length; i += clients.Length)
            {
                last = $"bare-{Guid.NewGuid():N}";
                var values = new Dictionary<string, JsonNode>(StringComparer.Ordinal) { ["seed"] = JsonValue.Create((long)i) };
                var prompt = PromptBuilder.Build(profile, values, null, $"bare/{i}");
                await client.SubmitAsync(new PromptSubmission(last, prompt.Graph), CancellationToken.None);
            }

            await client.FollowAsync(last, null, CancellationToken.None);
        }));
        return clock.Elapsed;
    }
}
