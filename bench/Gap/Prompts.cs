using System.Text.Json.Nodes;

using Continuity.ComfyUI.Client;
using Continuity.ComfyUI.Workflows;
using Continuity.Pipelines;
using Continuity.Tasks;

namespace Continuity.Bench.Gap;

/// <summary>The tasks of a pipeline as plain prompts, in their order: the pictures that some begin with are there before the first of them is sent.</summary>
internal static class Prompts
{
    // A file that simulators write too; only that it is there matters.
    private static readonly byte[] Picture = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGNgYGAAAAAEAAH2FzhVAAAAAElFTkSuQmCC");

    public static async Task<List<(string Id, JsonObject Graph)>> OfAsync(PipelineDefinition definition, IComfyClient client)
    {
        var prompts = new List<(string Id, JsonObject Graph)>();
        foreach (var task in definition.Tasks)
        {
            var values = new Dictionary<string, JsonNode>(StringComparer.Ordinal);
            foreach (var (name, input) in task.Inputs)
            {
                values[name] = input is TaskInput.Literal literal
                    ? JsonNode.Parse(literal.Json)!
                    : JsonValue.Create(await client.UploadAsync(new MemoryStream(Picture), $"{definition.Id}-{task.Id}.png", "", CancellationToken.None));
            }

            var id = Guid.NewGuid().ToString();
            prompts.Add((id, PromptBuilder.Build(definition.Profiles.First(profile => profile.Id == task.ProfileId), values, seed: null, id).Graph));
        }

        return prompts;
    }
}
