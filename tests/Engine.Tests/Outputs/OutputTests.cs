using System.Collections.Immutable;
using System.Text;

using Continuity.Artifacts;
using Continuity.Engine.Exports;
using Continuity.Engine.Outputs;
using Continuity.Engine.Projects;
using Continuity.Engine.Tests.Exports;
using Continuity.Gpu;
using Continuity.Pipelines;
using Continuity.Tasks;

using CsCheck;

namespace Continuity.Engine.Tests.Outputs;

public sealed class OutputTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private static PipelineSnapshot Done(PipelineDefinition definition, params (string Key, string Value)[] facts) => new()
    {
        Summary = new PipelineSummary { Id = definition.Id, Name = definition.Name, Status = PipelineStatus.Completed },
        Scenes = definition.Scenes,
        Tasks =
        [
            .. definition.Tasks.Select(task => new TaskView
            {
                Definition = task,
                Row = new TaskRow
                {
                    TaskId = task.Id,
                    State = TaskState.Completed,
                    Attempts = 2,
                    Attempt = new AttemptRecord(2, Start, new GpuId("gpu:1"), Seed: 99),
                    StartedAt = Start,
                    CompletedAt = Start.AddSeconds(12.5),
                    Result = new TaskResult
                    {
                        Outputs = [new TaskOutput(new ArtifactRef(new string('a', 64), 5, task.Kind == TaskKind.GenerateKeyframe ? "image/png" : "video/mp4"), "x.mp4")],
                        Metadata = facts.ToImmutableDictionary(fact => fact.Key, fact => fact.Value, StringComparer.Ordinal),
                    },
                },
            }),
        ],
    };

    [Fact]
    public void Outputs_of_a_film_get_readable_paths()
    {
        var scene = Given.Scene("s1", "1", "2") with { Title = "The Signal!" };
        scene = scene with { Timeline = scene.Timeline! with { Shots = scene.Timeline.Shots.SetItem(1, scene.Timeline.Shots[1] with { Title = "The dial – close" }) } };

        var plan = OutputLayout.Plan(Done(Given.Export(Given.Project(scene, Given.Scene("b", "x")), new ExportOptions { Upscale = true, Interpolate = true })));

        string[] expected =
        [
            "film.mp4", "scenes/01-the-signal.mp4", "scenes/02-title-of-b.mp4", "shots/01-the-signal/01-1/keyframe.png", "shots/01-the-signal/01-1/clip.mp4",
            "shots/01-the-signal/02-the-dial-close/upscale.mp4", "shots/02-title-of-b/01-x/interpolated.mp4",
        ];
        Assert.All(expected, path => Assert.Contains(path, plan.Select(output => output.Path)));
        Assert.Equal(15, plan.Length);
    }

    [Fact]
    public void Generic_tasks_have_folders_of_their_own_and_outputs_are_numbered()
    {
        var definition = new PipelineDefinition
        {
            Id = new PipelineId("p"),
            Name = "P",
            Tasks = [.. new[] { "Make it", "make-it", "con", "../..", "日本" }.Select(id => new TaskDefinition { Id = id, Kind = TaskKind.Generic, Label = id })],
        };
        var done = Done(definition);
        var two = done.Tasks[0].Row.Result!;
        done = done with { Tasks = done.Tasks.SetItem(0, done.Tasks[0] with { Row = done.Tasks[0].Row with { Result = two with { Outputs = [.. two.Outputs, two.Outputs[0]] } } }) };

        Assert.Equal(
            ["tasks/make-it/1.mp4", "tasks/make-it/2.mp4", "tasks/make-it-2/1.mp4", "tasks/con-1/1.mp4", "tasks/task/1.mp4", "tasks/日本/1.mp4"],
            OutputLayout.Plan(done).Select(output => output.Path));
    }

    [Fact]
    public void Paths_of_any_ids_and_titles_are_safe_and_never_collide() => Gen.String[0, 12].Array[1, 6].Sample(
        texts =>
        {
            var ids = texts.Select((text, index) => $"{text}{index % 2}").Where(id => id.Trim().Length > 0 && !id.Any(char.IsControl)).Distinct(StringComparer.Ordinal).ToArray();
            var generic = ids.Select(id => new TaskDefinition { Id = id, Kind = TaskKind.Generic, Label = id });
            var film = Given.Export(Given.Project([.. ids.Select(id => Given.Scene(id, ids) with { Title = texts[0] })]));

            var paths = OutputLayout.Plan(Done(film with { Tasks = [.. film.Tasks, .. generic] })).Select(output => output.Path).ToArray();

            Assert.Equal(paths.Length, paths.Distinct(StringComparer.OrdinalIgnoreCase).Count());
            Assert.All(paths.SelectMany(path => path.Split('/')), part =>
            {
                Assert.InRange(Encoding.UTF8.GetByteCount(part), 1, 200);
                Assert.DoesNotContain(part, c => c < ' ' || "<>:\"\\|?*".Contains(c, StringComparison.Ordinal));
                Assert.False(part.StartsWith('.') || part.EndsWith('.') || part.EndsWith(' '), part);
            });
        },
        iter: 300);

    [Fact]
    public void The_manifest_tells_how_everything_was_made_and_survives_a_round_trip()
    {
        var scene = Given.Scene("a", "1", "2", "3");
        scene = scene with { Timeline = scene.Timeline! with { Transitions = ["Dissolve", "Whip Pan"] } };
        var definition = Given.Export(Given.Project(scene), new ExportOptions { PlainPrompts = true, Chain = true });
        var done = Done(definition, ("transitionsAsCuts", "Whip Pan"), ("flf2vSource", "last-frame"), ("flf2vFallback", "false"));

        var manifest = Manifest.FromJson(Manifest.Build(done, OutputLayout.Plan(done), definition.Profiles).ToJson());

        var clip = manifest.Tasks.Single(task => task.Id == "video-a-2");
        Assert.Equal(("what 2 shows", "text", 99L), (clip.Prompt, clip.NegativePrompt, clip.Seed));
        Assert.Equal(("wan-fun-inpaint", "gpu:1", 2, 12.5), (clip.Profile, clip.Gpu, clip.Attempts, clip.Seconds));
        Assert.Equal("44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a", clip.WorkflowSha256);
        Assert.Equal(("last-frame", false), (clip.Flf2vSource, clip.Flf2vFallback));
        Assert.Equal("video-a-1", clip.Inputs["startImage"]["firstOf"]![0]!["task"]!.GetValue<string>());
        Assert.Equal("shots/01-title-of-a/02-2/clip.mp4", Assert.Single(clip.Files).Path);
        Assert.Equal(
            [new ManifestTransition("video-a-1", "video-a-2", "Dissolve", false), new ManifestTransition("video-a-2", "video-a-3", "Whip Pan", true)],
            manifest.Tasks.Single(task => task.Id == "export-a").Transitions.AsEnumerable());
        Assert.Equal(3, manifest.Profiles.Length);
    }
}
