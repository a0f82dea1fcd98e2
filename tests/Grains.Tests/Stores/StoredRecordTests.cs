using System.Collections.Immutable;
using System.Text.Json;

using Continuity.Artifacts;
using Continuity.Gpu;
using Continuity.Grains.Stores;
using Continuity.Pipelines;
using Continuity.Profiles;
using Continuity.Tasks;
using Continuity.Timelines;

namespace Continuity.Grains.Tests.Stores;

/// <summary>
/// What a released version wrote must be read by every later one, with the same meaning, and must be written the same way. When this fails, the format changed:
/// add members, never rename or remove them, and keep the old golden file beside the new one.
/// </summary>
public sealed class StoredRecordTests
{
    private static readonly DateTimeOffset At = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly ArtifactRef Picture = new(new string('a', 64), 12, "image/png");

    [Fact]
    public void ATaskRowIsReadAndWrittenAsInTheGoldenFile() => Check("task-row-v1.json", StoreJson.Default.TaskRow, new TaskRow
    {
        TaskId = "keyframe-s-1",
        State = TaskState.Completed,
        Version = 42,
        Attempts = 3,
        Retries = 1,
        Losses = 1,
        Attempt = new AttemptRecord(3, At, new GpuId("127.0.0.1:8188"), new Uri("http://127.0.0.1:8188/"), 4294967297, "prompt-id", 9007199254740991),
        ExcludedGpus = [new GpuExclusion(new GpuId("small"), FaultClass.OutOfMemory, "too small")],
        NotBefore = At,
        Fault = new TaskFault(FaultClass.Node, "node failed", "3", new GpuId("127.0.0.1:8188"), WhileExecuting: true),
        StartedAt = At,
        CompletedAt = At.AddSeconds(9),
        SeedOverride = 5,
        Result = new TaskResult
        {
            Outputs = [new TaskOutput(Picture, "keyframe_00001_.png", "9")],
            Metadata = ImmutableDictionary<string, string>.Empty.Add("flf2vSource", "keyframe"),
        },
    });

    [Fact]
    public void ATaskRowOfALaterRoundIsReadAndWrittenAsInTheGoldenFile() =>
        Check("task-row-v2.json", StoreJson.Default.TaskRow, new TaskRow { TaskId = "keyframe-s-1", Version = 43, Attempts = 100, EarlierAttempts = 100 });

    [Fact]
    public void ATaskRowWithItsAccountIsReadAndWrittenAsInTheGoldenFile() => Check("task-row-v3.json", StoreJson.Default.TaskRow, new TaskRow
    {
        TaskId = "keyframe-s-1",
        State = TaskState.Running,
        Version = 44,
        Attempts = 2,
        Attempt = new AttemptRecord(2, At, new GpuId("g"), new Uri("http://g/"), 7, "prompt-id", 5, "silo", new ExpectedTime(14, 30.5, 2.25, 3, 44), new GpuTime { Working = 30, Swapping = 13.5, Waiting = 0.125, Transferring = 1 }),
        EarlierGpu = new GpuTime { Working = 1.5 },
    });

    [Fact]
    public void ASummaryIsReadAndWrittenAsInTheGoldenFile() => Check("summary-v1.json", StoreJson.Default.PipelineSummary, new PipelineSummary
    {
        Id = new PipelineId("0123456789ab"),
        Name = "Export All (2 scenes)",
        Status = PipelineStatus.Paused,
        Version = 7,
        CreatedAt = At,
        UpdatedAt = At.AddMinutes(1),
        Counts = new TaskCounts { Pending = 1, Running = 2, Completed = 3, Failed = 4, Skipped = 5, Cancelled = 6 },
    });

    [Fact]
    public void ASummaryWithAPriorityIsReadAndWrittenAsInTheGoldenFile() => Check("summary-v2.json", StoreJson.Default.PipelineSummary, new PipelineSummary
    {
        Id = new PipelineId("0123456789ab"),
        Name = "One picture",
        Version = 2,
        CreatedAt = At,
        UpdatedAt = At,
        Priority = PipelinePriority.High,
    });

    [Fact]
    public void ADefinitionWithAnOwnerIsReadAndWrittenAsInTheGoldenFile() => Check("definition-v3.json", StoreJson.Default.PipelineDefinition, new PipelineDefinition
    {
        Id = new PipelineId("0123456789ab"),
        Name = "One picture",
        Tasks = [new TaskDefinition { Id = "k", Kind = TaskKind.GenerateKeyframe, Label = "Keyframe" }],
        Owner = "ann",
    });

    [Fact]
    public void ADefinitionWithADeadlineIsReadAndWrittenAsInTheGoldenFile() => Check("definition-v4.json", StoreJson.Default.PipelineDefinition, new PipelineDefinition
    {
        Id = new PipelineId("0123456789ab"),
        Name = "One picture",
        Tasks = [new TaskDefinition { Id = "k", Kind = TaskKind.GenerateKeyframe, Label = "Keyframe" }],
        Deadline = At,
    });

    [Fact]
    public void ADefinitionIsReadAndWrittenAsInTheGoldenFile() => Check("definition-v1.json", StoreJson.Default.PipelineDefinition, new PipelineDefinition
    {
        Id = new PipelineId("0123456789ab"),
        Name = "Export All (1 scene)",
        Priority = PipelinePriority.High,
        Scenes = [new SceneInfo("s", "Signal", ["1"])],
        Warnings = ["careful"],
        Profiles =
        [
            new WorkflowProfile
            {
                Id = "flux",
                Label = "Flux",
                Kind = ProfileKind.Keyframe,
                WorkflowJson = "{}",
                Inputs = ImmutableDictionary<string, ImmutableArray<string>>.Empty.Add("prompt", ["6:text"]),
                Defaults = ImmutableDictionary<string, string>.Empty.Add("steps", "20"),
            },
        ],
        Tasks =
        [
            new TaskDefinition
            {
                Id = "video-s-1",
                Kind = TaskKind.GenerateVideo,
                Label = "Video",
                Dependencies = ["k"],
                MaxRetries = 2,
                SceneId = "s",
                ShotId = "1",
                ProfileId = "flux",
                Inputs = ImmutableDictionary<string, TaskInput>.Empty.Add(
                    "startImage",
                    new TaskInput.FirstOf([new TaskInput.FromTask("v", TaskOutputKind.LastFrame), new TaskInput.Stored(Picture), new TaskInput.Literal("\"x\"")])),
            },
            new TaskDefinition { Id = "film", Kind = TaskKind.ExportTimeline, Label = "Film", Timeline = new TimelineSpec([new TimelineClip("video-s-1", "Dissolve")]) },
        ],
    });

    [Fact]
    public void AProfileWithALeastMemoryIsReadAndWrittenAsInTheGoldenFile() => Check("definition-v2.json", StoreJson.Default.PipelineDefinition, new PipelineDefinition
    {
        Id = new PipelineId("0123456789ab"),
        Name = "One picture",
        Profiles = [new WorkflowProfile { Id = "flux", WorkflowJson = "{}", MinVram = 12_000_000_000 }],
        Tasks = [new TaskDefinition { Id = "k", Kind = TaskKind.GenerateKeyframe, Label = "Keyframe", ProfileId = "flux" }],
    });

    private static void Check<T>(string file, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type, T record)
    {
        var path = Path.Combine(AppContext.BaseDirectory, "Stores", "Golden", file);
        var golden = File.ReadAllText(path).Trim();

        Assert.Equal(golden, JsonSerializer.Serialize(record, type));
        Assert.Equal(golden, JsonSerializer.Serialize(JsonSerializer.Deserialize(golden, type)!, type));

        // A later version may have added members that this one does not know.
        var later = golden.Insert(golden.Length - 1, ",\"addedLater\":{\"x\":[1]}");
        Assert.Equal(golden, JsonSerializer.Serialize(JsonSerializer.Deserialize(later, type)!, type));
    }
}
