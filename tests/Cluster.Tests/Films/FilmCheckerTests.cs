using System.Collections.Immutable;

using Continuity.Chaos.Processes;
using Continuity.Cluster.Tests.Processes;
using Continuity.Engine.Outputs;
using Continuity.Pipelines;
using Continuity.Tasks;

namespace Continuity.Cluster.Tests.Films;

/// <summary>The checker itself: each promise, when it is broken, is noticed.</summary>
public sealed class FilmCheckerTests
{
    private static readonly ImmutableArray<string> Prompts = [.. Enumerable.Range(0, Story.GpuTasks).Select(i => $"prompt-{i}")];

    [Fact]
    public void AGoodExport_KeepsEveryPromise()
    {
        var check = Check(Counts(Prompts));

        check.NoPromptRanTwice();
        check.EveryTaskTookOnePrompt();
        check.NoRetryWasCharged();
    }

    [Fact]
    public void APromptSubmittedTwice_IsNoticed() => Broken(() => Check(Counts([.. Prompts, Prompts[0]])).NoPromptRanTwice());

    [Fact]
    public void APromptExecutedTwice_IsNoticed() => Broken(() => Check(Counts(Prompts) with { Executions = Once(Prompts).SetItem(Prompts[0], 2) }).NoPromptRanTwice());

    [Fact]
    public void AnotherPromptForTheSameTask_IsNoticed() => Broken(() => Check(Counts([.. Prompts, "prompt-again"])).EveryTaskTookOnePrompt());

    [Fact]
    public void AChargedRetry_IsNoticed() => Broken(() => Check(Counts(Prompts), retries: 1).NoRetryWasCharged());

    [Fact]
    public void AMissingTask_IsNoticed() => Broken(() => Check(Counts(Prompts)).EverythingIsCompleted());

    private static void Broken(Action check) => Assert.ThrowsAny<Xunit.Sdk.XunitException>(check);

    private static FilmChecker Check(GpuCounts counts, int retries = 0)
    {
        var task = new ManifestTask { Id = "video-a", Kind = TaskKind.GenerateVideo, Label = "Video", State = TaskState.Completed, Retries = retries };
        var pipeline = new ManifestPipeline("p", "Export", PipelineStatus.Completed, 1, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch);
        return new FilmChecker(null!, new FinishedExport(new Manifest { Pipeline = pipeline, Tasks = [task] }, "", [counts]), [], "");
    }

    private static GpuCounts Counts(ImmutableArray<string> submitted) => new(submitted, Once(submitted), submitted.Length, 0);

    private static ImmutableDictionary<string, int> Once(ImmutableArray<string> prompts) => prompts.Distinct(StringComparer.Ordinal).ToImmutableDictionary(id => id, _ => 1, StringComparer.Ordinal);
}
