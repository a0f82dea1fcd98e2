using System.Collections.Immutable;

using Continuity.ComfyUI.Client;
using Continuity.Grains.Tasks;
using Continuity.Tasks;

namespace Continuity.Grains.Tests.Tasks;

public sealed class OutputRulesTests
{
    private static readonly OutputFile Clip = new("7", "clip.mp4", "", "output");
    private static readonly OutputFile Frame = new("8", "frame.png", "", "output");
    private static readonly OutputFile Preview = new("9", "preview.png", "", "temp");

    [Fact]
    public void Order_WhatTheTaskIsForComesFirstAndPreviewsAreLeft()
    {
        Assert.Equal<OutputFile>([Clip, Frame], OutputRules.Order(Task(TaskKind.GenerateVideo), [Preview, Frame, Clip]));
        Assert.Equal<OutputFile>([Frame, Clip], OutputRules.Order(Task(TaskKind.GenerateKeyframe), [Preview, Clip, Frame]));
        Assert.Equal<OutputFile>([Preview], OutputRules.Order(Task(TaskKind.GenerateKeyframe), [Preview]));
    }

    [Fact]
    public void Missing_APreviewDoesNotStandInForWhatWasToBeSaved()
    {
        Assert.NotNull(OutputRules.Missing(Task(TaskKind.GenerateKeyframe), [Clip, Preview]));
        Assert.NotNull(OutputRules.Missing(Task(TaskKind.Generic), []));
        Assert.Null(OutputRules.Missing(Task(TaskKind.UpscaleVideo), [Clip, Preview]));
    }

    [Fact]
    public void Fault_TheWrongSortOfFile_CannotBeMendedByTryingAgain()
    {
        var files = ImmutableArray.Create(new OutputFile("7", "clip.webp", "", "output"));

        var fault = OutputRules.Fault(OutputRules.Missing(Task(TaskKind.GenerateVideo), files)!, files);

        Assert.Equal(FaultClass.Validation, fault.Class);
        Assert.Contains("clip.webp", fault.Message, StringComparison.Ordinal);
        Assert.Equal(FaultClass.NoOutput, OutputRules.Fault("a video", []).Class);
    }

    private static TaskDefinition Task(TaskKind kind) => new() { Id = "t", Kind = kind, Label = "T" };
}
