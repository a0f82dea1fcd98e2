using Continuity.ComfyUI.Client;
using Continuity.Pipelines;

namespace Continuity.Bench.Gap;

/// <summary>ComfyUI's own queue: it has all prompts before it begins with the first. No farm can be faster.</summary>
internal sealed class OwnQueue(IComfyClient client) : IWay
{
    public string Name => "own queue";

    public async Task RunAsync(PipelineDefinition definition)
    {
        var prompts = await Prompts.OfAsync(definition, client);
        foreach (var (id, graph) in prompts)
        {
            await client.SubmitAsync(new PromptSubmission(id, graph), CancellationToken.None);
        }

        await client.FollowAsync(prompts[^1].Id, progress: null, CancellationToken.None);
    }
}
