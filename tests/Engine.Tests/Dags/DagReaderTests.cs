using System.Collections.Immutable;
using System.Text;

using Continuity.Artifacts;
using Continuity.Engine.Dags;
using Continuity.Engine.Tests.Exports;
using Continuity.Pipelines;
using Continuity.Tasks;

using CsCheck;

namespace Continuity.Engine.Tests.Dags;

public sealed class DagReaderTests
{
    private static async Task<DagReadResult> ReadAsync(byte[] json)
    {
        using var stream = new MemoryStream(json);
        return await DagReader.ReadAsync(
            stream, Given.Profiles, (path, _) => Task.FromResult<ArtifactRef?>(path == "there.png" ? Given.Picture('1') : null), CancellationToken.None);
    }

    private static async Task<ImmutableArray<DefinitionFault>> FaultsAsync(string json) =>
        Assert.IsType<DagReadResult.Faulty>(await ReadAsync(Encoding.UTF8.GetBytes(json))).Faults;

    [Theory]
    [InlineData("""{"nodes": [{"id": 1, "type": "KSampler"}], "links": []}""", "Export (API)")]
    [InlineData("""{"3": {"class_type": "KSampler", "inputs": {}}}""", "make a profile of it")]
    public async Task AWorkflowInPlaceOfADag_IsRecognised(string json, string hint)
    {
        using var stream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(json));

        var read = await DagReader.ReadAsync(
            stream,
            new Dictionary<string, Continuity.Profiles.WorkflowProfile>(StringComparer.Ordinal),
            (_, _) => Task.FromResult<Continuity.Artifacts.ArtifactRef?>(null),
            CancellationToken.None);

        Assert.Contains(hint, Assert.Single(Assert.IsType<DagReadResult.Faulty>(read).Faults).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_portrait_is_read()
    {
        var result = await ReadAsync(await File.ReadAllBytesAsync(Samples.PathOf("dag", "portrait.json")));

        var pipeline = result is DagReadResult.Read read ? read.Definition : throw new InvalidOperationException(string.Join('\n', ((DagReadResult.Faulty)result).Faults));
        Assert.Equal(["portrait"], pipeline.Task("look-up").Dependencies.AsEnumerable());
        Assert.Equal(["look-up", "portrait"], pipeline.Task("look-away").Dependencies.Order());
        Assert.Equal(["look-up", "look-away"], pipeline.Task("film").Dependencies.AsEnumerable());
        Assert.Equal(TaskKind.Generic, pipeline.Task("print").Kind);
        Assert.Equal(new TaskInput.FromTask("portrait", TaskOutputKind.Image), pipeline.Task("print").Inputs["picture"]);
        Assert.Equal(2, pipeline.Task("look-up").MaxRetries);
        Assert.Equal(["flux-t2i", "wan-i2v", "print", "video-upscaler"], pipeline.Profiles.Select(profile => profile.Id));
        Assert.Equal("1:image", pipeline.Profiles[2].Inputs["picture"][0]);
        Assert.Equal("768", pipeline.Profiles[2].Defaults["width"]);
    }

    [Theory]
    [InlineData("12", 12_000_000_000L)]
    [InlineData("0", null)]
    [InlineData("\"12\"", null)]
    public async Task A_profile_may_state_the_memory_it_needs(string value, long? bytes)
    {
        var json = $$"""
            {"profiles": {"p": {"workflow": {"1": {"class_type": "SaveImage", "inputs": {} } }, "minVramGb": {{value}} } }, "tasks": [{"id": "t", "profile": "p"}]}
            """;

        var read = await ReadAsync(Encoding.UTF8.GetBytes(json));

        if (bytes is null)
        {
            Assert.Equal("$.profiles.p.minVramGb", Assert.Single(Assert.IsType<DagReadResult.Faulty>(read).Faults).Path);
        }
        else
        {
            Assert.Equal(bytes, Assert.Single(Assert.IsType<DagReadResult.Read>(read).Definition.Profiles).MinVram);
        }
    }

    [Fact]
    public async Task Files_are_handed_over_and_kinds_follow_from_profiles()
    {
        var result = await ReadAsync("""{ "id": "mine", "tasks": [ { "id": "a", "profile": "wan-i2v", "inputs": { "startImage": { "file": "there.png" }, "5:cfg": 2 } } ] }"""u8.ToArray());

        var pipeline = Assert.IsType<DagReadResult.Read>(result).Definition;
        Assert.Equal(new PipelineId("mine"), pipeline.Id);
        Assert.Equal(TaskKind.GenerateVideo, pipeline.Tasks[0].Kind);
        Assert.Equal(new TaskInput.Stored(Given.Picture('1')), pipeline.Tasks[0].Inputs["startImage"]);
        Assert.Equal(new TaskInput.Literal("2"), pipeline.Tasks[0].Inputs["5:cfg"]);
    }

    [Theory]
    [InlineData("2026-12-01T18:00:00+01:00", "2026-12-01T17:00:00Z")]
    [InlineData("2026-12-01T18:00Z", "2026-12-01T18:00:00Z")]
    [InlineData("2026-12-01T18:00:00.5-03:30", "2026-12-01T21:30:00.5Z")]
    public async Task A_deadline_is_a_time_with_its_offset(string text, string expected)
    {
        var result = await ReadAsync(System.Text.Encoding.UTF8.GetBytes($$"""{ "deadline": "{{text}}", "tasks": [ { "id": "b", "profile": "flux-t2i", "inputs": { "prompt": "x" } } ] }"""));

        Assert.Equal(DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture), Assert.IsType<DagReadResult.Read>(result).Definition.Deadline);
    }

    [Theory]
    [InlineData("2026-12-01T18:00:00")]
    [InlineData("2026-12-01")]
    [InlineData("2h")]
    public async Task A_deadline_that_would_mean_another_time_elsewhere_is_a_fault(string text)
    {
        var faults = await FaultsAsync($$"""{ "deadline": "{{text}}", "tasks": [ { "id": "b", "profile": "flux-t2i", "inputs": { "prompt": "x" } } ] }""");

        Assert.Equal("$.deadline", Assert.Single(faults).Path);
    }

    [Fact]
    public async Task All_faults_are_told_at_once_each_in_its_place_and_once()
    {
        var faults = await FaultsAsync(
            """
            { "nam": "x", "priority": "urgent", "deadline": "tomorrow", "profiles": { "p": { "kind": "film", "inputs": { "x": "9:image", "y": "nocolon" }, "workflow": { "1": {} } } },
              "tasks": [
                { "id": "a", "kind": "generate_video", "profil": "wan-i2v", "profile": "wan-i2", "retries": -1 },
                { "id": "b", "profile": "flux-t2i", "inputs": { "promt": "x", "seed": null, "prompt": { "task": "zz" } } },
                { "profile": "flux-t2i", "dependsOn": [ "b", "bb", 4 ] },
                7,
                { "id": "v", "profile": "wan-i2v", "inputs": { "startImage": { "file": "gone.png" }, "prompt": { "task": "b", "output": "picture", "index": -2 } } },
                { "id": "f", "timeline": { "clips": [ "v", { "task": "q" } ] } },
                { "id": "u", "kind": "upscale_video", "profile": "video-upscaler" }
              ] }
            """);

        Assert.Equal(
            [
                "$.deadline", "$.nam", "$.priority", "$.profiles.p.inputs.x", "$.profiles.p.inputs.y", "$.profiles.p.kind", "$.tasks[0].profil", "$.tasks[0].profile",
                "$.tasks[0].retries", "$.tasks[1].inputs.prompt.task", "$.tasks[1].inputs.promt", "$.tasks[1].inputs.seed", "$.tasks[2].dependsOn[1]",
                "$.tasks[2].dependsOn[2]", "$.tasks[2].id", "$.tasks[3]", "$.tasks[4].inputs.prompt.index", "$.tasks[4].inputs.prompt.output",
                "$.tasks[4].inputs.startImage.file", "$.tasks[5].timeline.clips[1]", "$.tasks[6].inputs",
            ],
            faults.Select(fault => fault.Path).Order(StringComparer.Ordinal));
        Assert.Contains("did you mean 'name'", faults.Single(fault => fault.Path == "$.nam").Message, StringComparison.Ordinal);
        Assert.Contains("did you mean 'profile'", faults.Single(fault => fault.Path == "$.tasks[0].profil").Message, StringComparison.Ordinal);
        Assert.Contains("did you mean 'prompt'", faults.Single(fault => fault.Path == "$.tasks[1].inputs.promt").Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", "$.tasks")]
    [InlineData("[]", "$")]
    [InlineData("{ \"tasks\": 3 }", "$.tasks")]
    [InlineData("{ \"tasks\": [ ", "$.tasks[0]")]
    public async Task What_is_no_DAG_is_a_fault(string json, string path) => Assert.Equal(path, Assert.Single(await FaultsAsync(json)).Path);

    [Fact]
    public async Task Tasks_that_wait_for_each_other_are_named()
    {
        var faults = await FaultsAsync(
            """{ "tasks": [ { "id": "a", "profile": "flux-t2i", "dependsOn": [ "b" ] }, { "id": "b", "profile": "flux-t2i", "dependsOn": [ "a" ] } ] }""");

        Assert.Contains("a → b → a", Assert.Single(faults).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_portrait_with_a_changed_byte_gives_a_pipeline_or_faults()
    {
        var good = await File.ReadAllBytesAsync(Samples.PathOf("dag", "portrait.json"));
        await Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte).SampleAsync(
            async change =>
            {
                var changed = good.ToArray();
                changed[change.Item1] = change.Item2;
                Assert.True(await ReadAsync(changed) is DagReadResult.Read or DagReadResult.Faulty { Faults.Length: > 0 });
            },
            iter: 1_000);
    }
}
