using System.Collections.Immutable;

using Continuity.ComfyUI.Client;
using Continuity.ComfyUI.Tests.Support;
using Continuity.Tasks;

namespace Continuity.ComfyUI.Tests.Client;

public sealed class SubmitTests
{
    [Fact]
    public async Task Submit_ValidPrompt_AcceptedUnderOurIdWithItsTags()
    {
        await using var rig = await Rig.StartAsync();
        var tags = ImmutableDictionary<string, string>.Empty.Add("task", "shot-1");
        var outcome = await rig.Client.SubmitAsync(new PromptSubmission("our-id", Graphs.Sleep()) { Tags = tags }, CancellationToken.None);
        Assert.IsType<PromptSubmitOutcome.Accepted>(outcome);
        var queue = await rig.Client.GetQueueAsync(CancellationToken.None);
        var queued = Assert.Single(queue.Running.Concat(queue.Pending));
        Assert.Equal("our-id", queued.PromptId);
        Assert.Equal("shot-1", queued.Tags["task"]);
    }

    [Fact]
    public async Task Submit_ModelNotInstalled_RejectedAsMissingWithTheFileName()
    {
        await using var rig = await Rig.StartAsync();
        var fault = await RejectedAsync(rig, Graphs.Checkpoint("nope.safetensors"));
        Assert.Equal(FaultClass.Missing, fault.Class);
        Assert.Contains("nope.safetensors", fault.Message, StringComparison.Ordinal);
        Assert.Contains("my CheckpointLoaderSimple", fault.Message, StringComparison.Ordinal);
        Assert.Equal("1", fault.NodeId);
    }

    [Fact]
    public async Task Submit_NodeClassNotInstalled_RejectedAsMissing()
    {
        await using var rig = await Rig.StartAsync();
        var fault = await RejectedAsync(rig, Graphs.Through(Graphs.Node("NoSuchNode", ("image", Graphs.Link("1")))));
        Assert.Equal(FaultClass.Missing, fault.Class);
        Assert.Contains("NoSuchNode", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Submit_ValueOutOfRange_RejectedAsValidationWithTheNodesWords()
    {
        await using var rig = await Rig.StartAsync();
        var graph = Graphs.Quick();
        graph["1"]!["inputs"]!["width"] = 99_999;
        var fault = await RejectedAsync(rig, graph);
        Assert.Equal(FaultClass.Validation, fault.Class);
        Assert.Contains("bigger than max", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Submit_OneOfTwoOutputsFaulty_RejectedAndTheRestTakenBack()
    {
        await using var rig = await Rig.StartAsync();
        var graph = Graphs.Sleep();
        graph["9"] = Graphs.Node("PreviewImage");
        var fault = await RejectedAsync(rig, graph);
        Assert.Equal(FaultClass.Validation, fault.Class);
        Assert.Contains("images", fault.Message, StringComparison.Ordinal);
        var queue = await rig.Client.GetQueueAsync(CancellationToken.None);
        Assert.Empty(queue.Running.Concat(queue.Pending));
    }

    [Fact]
    public async Task Submit_AnswerLost_UnknownAndThePromptIsFound()
    {
        await using var rig = await Rig.StartAsync();
        rig.Comfy.Faults.LostPromptAnswers = 1;
        var outcome = await rig.Client.SubmitAsync(new PromptSubmission("lost-answer", Graphs.Quick()), CancellationToken.None);
        Assert.IsType<PromptSubmitOutcome.Unknown>(outcome);
        Assert.IsType<PromptOutcome.Succeeded>(await rig.FollowAsync("lost-answer"));
    }

    [Fact]
    public async Task Submit_NobodyListens_Unreachable()
    {
        await using var rig = await Rig.StartAsync(client: options => options.SocketPatience = TimeSpan.FromMilliseconds(50));
        await rig.Comfy.CrashAsync();
        await Assert.ThrowsAsync<ComfyUnreachableException>(() => rig.Client.SubmitAsync(new PromptSubmission("x", Graphs.Quick()), CancellationToken.None));
    }

    [Fact]
    public async Task Submit_ServerErrorAndNotQueued_RejectedAsAFaultOfTheServer()
    {
        await using var rig = await Rig.StartAsync();
        rig.Comfy.Faults.HttpErrors["/prompt"] = 1;
        var fault = await RejectedAsync(rig, Graphs.Quick());
        Assert.Equal(FaultClass.Server, fault.Class);
    }

    private static async Task<TaskFault> RejectedAsync(Rig rig, System.Text.Json.Nodes.JsonObject graph)
    {
        var outcome = await rig.Client.SubmitAsync(new PromptSubmission(Guid.NewGuid().ToString(), graph), CancellationToken.None);
        return Assert.IsType<PromptSubmitOutcome.Rejected>(outcome).Fault;
    }
}
