using System.Collections.Immutable;

using Continuity.Engine.Exports;
using Continuity.Engine.Projects;
using Continuity.Pipelines;
using Continuity.Profiles;
using Continuity.Tasks;
using Continuity.Timelines;

namespace Continuity.Engine.Tests.Exports;

public sealed class ExportFactoryTests
{
    private static readonly Project TwoScenes = Given.Project(Given.Scene("a", "1", "2"), Given.Scene("b", "1"));

    private static string[] Dependencies(PipelineDefinition pipeline, string id) => [.. pipeline.Task(id).Dependencies];

    [Fact]
    public void Every_shot_gets_a_keyframe_and_a_clip_that_depends_on_it()
    {
        var pipeline = Given.Export(TwoScenes, new ExportOptions { Film = false });

        Assert.Equal(["keyframe-a-1", "video-a-1", "keyframe-a-2", "video-a-2", "keyframe-b-1", "video-b-1"], pipeline.Tasks.Select(task => task.Id));
        Assert.Empty(pipeline.Task("keyframe-a-1").Dependencies);
        Assert.Equal(["keyframe-a-2"], Dependencies(pipeline, "video-a-2"));
        Assert.Equal("flux-t2i", pipeline.Task("keyframe-a-1").ProfileId);
        Assert.Equal("wan-i2v", pipeline.Task("video-a-1").ProfileId);
        Assert.Equal(new TaskInput.FromTask("keyframe-a-1", TaskOutputKind.Image), pipeline.Task("video-a-1").Inputs["startImage"]);
        Assert.Equal("Keyframe: Title of a – 1", pipeline.Task("keyframe-a-1").Label);
        Assert.Equal("Export All (2 scenes)", pipeline.Name);
        Assert.Equal(["flux-t2i", "wan-i2v"], pipeline.Profiles.Select(profile => profile.Id));
        Assert.All(pipeline.Tasks, task => Assert.Equal(1, task.MaxRetries));
        Assert.Equal([("a", 2), ("b", 1)], pipeline.Scenes.Select(scene => (scene.Id, scene.ShotIds.Length)));
    }

    [Fact]
    public void Without_keyframes_clips_depend_on_nothing_and_start_from_the_best_picture_there_is()
    {
        var scene = Given.Scene("a", "own", "held", "none");
        scene = scene with { KeyframeStart = Given.Picture('9'), Timeline = scene.Timeline! with { Shots = scene.Timeline.Shots.SetItem(1, scene.Timeline.Shots[1] with { KeyframeStart = Given.Picture('2') }) } };
        var project = Given.Project(scene) with
        {
            ShotImages = ImmutableDictionary<string, Artifacts.ArtifactRef>.Empty.Add("own", Given.Picture('1')),
            SceneImages = ImmutableDictionary<string, SceneImages>.Empty.Add("a", new SceneImages(Given.Picture('3'), null)),
        };

        var pipeline = Given.Export(project, new ExportOptions { Keyframes = false, Film = false });

        Assert.Equal(["video-a-own", "video-a-held", "video-a-none"], pipeline.Tasks.Select(task => task.Id));
        Assert.All(pipeline.Tasks, task => Assert.Empty(task.Dependencies));
        Assert.Equal(["1", "2", "3"], pipeline.Tasks.Select(task => ((TaskInput.Stored)task.Inputs["startImage"]).Artifact.Sha256[..1]));
    }

    [Fact]
    public void Without_any_picture_the_fault_names_the_shot_and_the_remedies()
    {
        var faults = Given.ExportFaults(TwoScenes, new ExportOptions { Keyframes = false });

        Assert.Equal(["$.scenes[0].timeline.shots[0]", "$.scenes[0].timeline.shots[1]", "$.scenes[1].timeline.shots[0]"], faults.Select(fault => fault.Path));
        Assert.All(faults, fault => Assert.Contains("make keyframes", fault.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_chain_goes_from_clip_to_clip_and_never_across_scenes()
    {
        var pipeline = Given.Export(
            Given.Project(Given.Scene("a", "1", "2", "3"), Given.Scene("b", "1", "2")),
            new ExportOptions { Chain = true, Film = false, Upscale = true, Interpolate = true });

        Assert.Equal(["keyframe-a-1"], Dependencies(pipeline, "video-a-1"));
        Assert.Equal(["keyframe-a-2", "video-a-1"], Dependencies(pipeline, "video-a-2"));
        Assert.Equal(["keyframe-a-3", "video-a-2"], Dependencies(pipeline, "video-a-3"));
        Assert.Equal(["keyframe-b-1"], Dependencies(pipeline, "video-b-1"));
        Assert.Equal(["keyframe-b-2", "video-b-1"], Dependencies(pipeline, "video-b-2"));
        var second = pipeline.Task("video-a-2");
        var start = Assert.IsType<TaskInput.FirstOf>(second.Inputs["startImage"]);
        Assert.Equal(
            [new TaskInput.FromTask("video-a-1", TaskOutputKind.LastFrame), new TaskInput.FromTask("keyframe-a-2", TaskOutputKind.Image)],
            start.Choices.AsEnumerable());
        Assert.Equal("wan-fun-inpaint", second.ProfileId);
        Assert.Equal(new TaskInput.FromTask("keyframe-a-2", TaskOutputKind.Image), second.Inputs["endImage"]);
        Assert.Equal("wan-i2v", pipeline.Task("video-a-1").ProfileId);
        Assert.DoesNotContain("endImage", pipeline.Task("video-a-1").Inputs.Keys);
    }

    [Theory]
    [InlineData(null, false, null, false)]
    [InlineData(null, true, null, true)]
    [InlineData(null, false, true, true)]
    [InlineData(null, true, false, false)]
    [InlineData(false, true, true, false)]
    [InlineData(true, false, false, true)]
    public void Chaining_is_decided_by_the_option_then_the_scene_then_the_project(bool? option, bool flag, bool? scene, bool chained)
    {
        var project = Given.Project(Given.Scene("a", "1", "2") with { Chain = scene }) with { Settings = new LocalGenSettings { EnableFlf2v = flag } };

        var pipeline = Given.Export(project, new ExportOptions { Chain = option });

        Assert.Equal(chained, pipeline.Task("video-a-2").Dependencies.Contains("video-a-1"));
    }

    [Fact]
    public void A_chain_without_keyframes_needs_a_picture_for_its_first_shot_only()
    {
        var project = Given.Project(Given.Scene("a", "1", "2")) with { ShotImages = ImmutableDictionary<string, Artifacts.ArtifactRef>.Empty.Add("1", Given.Picture('1')) };

        var pipeline = Given.Export(project, new ExportOptions { Chain = true, Keyframes = false });

        Assert.Equal(new TaskInput.FromTask("video-a-1", TaskOutputKind.LastFrame), pipeline.Task("video-a-2").Inputs["startImage"]);
        Assert.Equal("wan-i2v", pipeline.Task("video-a-2").ProfileId);
    }

    [Fact]
    public void Upscaling_and_interpolation_follow_the_clip_in_order()
    {
        var pipeline = Given.Export(Given.Project(Given.Scene("a", "1", "2")), new ExportOptions { Upscale = true, Interpolate = true, Retries = 3 });

        Assert.Equal(["video-a-1"], Dependencies(pipeline, "upscale-a-1"));
        Assert.Equal(["upscale-a-1"], Dependencies(pipeline, "interpolate-a-1"));
        Assert.Equal(new TaskInput.Literal("2"), pipeline.Task("upscale-a-1").Inputs["scale"]);
        Assert.Equal(new TaskInput.Literal("2"), pipeline.Task("interpolate-a-1").Inputs["multiplier"]);
        Assert.Equal(new TaskInput.FromTask("upscale-a-1", TaskOutputKind.Video), pipeline.Task("interpolate-a-1").Inputs["inputVideo"]);
        Assert.Equal(["interpolate-a-1", "interpolate-a-2"], Dependencies(pipeline, "export-a"));
        Assert.All(pipeline.Tasks, task => Assert.Equal(3, task.MaxRetries));
    }

    [Theory]
    [InlineData(false, false, "video")]
    [InlineData(true, false, "upscale")]
    [InlineData(false, true, "interpolate")]
    public void A_scene_joins_the_best_clips_with_its_transitions(bool upscale, bool interpolate, string best)
    {
        var scene = Given.Scene("a", "1", "2", "3");
        scene = scene with { Timeline = scene.Timeline! with { Transitions = ["Dissolve", "Whip Pan", "Wipe", "too many"] } };

        var pipeline = Given.Export(Given.Project(scene, Given.Scene("b", "1")), new ExportOptions { Upscale = upscale, Interpolate = interpolate });

        Assert.Equal(
            [new TimelineClip($"{best}-a-1", "Dissolve"), new TimelineClip($"{best}-a-2", "Whip Pan"), new TimelineClip($"{best}-a-3")],
            pipeline.Task("export-a").Timeline!.Clips.AsEnumerable());
        Assert.Equal(["export-a", "export-b"], Dependencies(pipeline, "export-film"));
        Assert.Equal([new TimelineClip("export-a"), new TimelineClip("export-b")], pipeline.Task("export-film").Timeline!.Clips.AsEnumerable());
        Assert.Null(pipeline.Task("export-film").ProfileId);
    }

    [Fact]
    public void A_single_scene_has_its_own_name_and_still_a_film()
    {
        var pipeline = Given.Export(TwoScenes, new ExportOptions { SceneIds = ["b"] });

        Assert.Equal("Generate Scene: Title of b", pipeline.Name);
        Assert.Equal(["keyframe-b-1", "video-b-1", "export-b", "export-film"], pipeline.Tasks.Select(task => task.Id));
        Assert.DoesNotContain(Given.Export(TwoScenes, new ExportOptions { Videos = false }).Tasks, task => task.Kind == TaskKind.ExportTimeline);
    }

    [Fact]
    public void All_wrong_options_are_told_at_once()
    {
        var faults = Given.ExportFaults(
            TwoScenes,
            new ExportOptions { Videos = false, Upscale = true, Interpolate = true, Retries = -1, SceneIds = ["b", "c"], ImageProfile = "flux-t2", PipelineId = new PipelineId("ok") });

        Assert.Equal(["options.upscale", "options.interpolate", "options.retries", "options.sceneIds", "options.imageProfile"], faults.Select(fault => fault.Path));
        Assert.Equal("upscale needs videos", faults[0].Message);
        Assert.Contains("a, b", faults[3].Message, StringComparison.Ordinal);
        Assert.Contains("did you mean 'flux-t2i'", faults[4].Message, StringComparison.Ordinal);
        Assert.Contains("wan-t2i", faults[4].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_profile_of_the_wrong_kind_is_a_fault()
    {
        var fault = Assert.Single(Given.ExportFaults(TwoScenes, new ExportOptions { VideoProfile = "flux-t2i" }));

        Assert.Equal("options.videoProfile", fault.Path);
        Assert.Contains("keyframe", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_projects_profiles_are_used_where_they_are_available()
    {
        var settings = new LocalGenSettings { ImageWorkflowProfile = "wan-t2i", VideoWorkflowProfile = "gone" };

        var pipeline = Given.Export(TwoScenes with { Settings = settings });

        Assert.Equal("wan-t2i", pipeline.Task("keyframe-a-1").ProfileId);
        Assert.Equal("wan-i2v", pipeline.Task("video-a-1").ProfileId);
        Assert.Contains("'gone'", Assert.Single(pipeline.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_bookend_scene_ends_its_last_shot_at_its_end_picture()
    {
        var project = Given.Project(Given.Scene("a", "1", "2") with { KeyframeMode = KeyframeMode.Bookend }) with
        {
            SceneImages = ImmutableDictionary<string, SceneImages>.Empty.Add("a", new SceneImages(Given.Picture('1'), Given.Picture('2'))),
            Settings = new LocalGenSettings { SceneBookendWorkflowProfile = "wan-flf2v" },
        };

        var pipeline = Given.Export(project, new ExportOptions { Keyframes = false });

        Assert.Equal(("wan-i2v", "wan-flf2v"), (pipeline.Task("video-a-1").ProfileId, pipeline.Task("video-a-2").ProfileId));
        Assert.Equal(new TaskInput.Stored(Given.Picture('2')), pipeline.Task("video-a-2").Inputs["endImage"]);
    }

    [Fact]
    public void A_profile_that_needs_an_end_picture_gets_the_start_where_there_is_none()
    {
        var pipeline = Given.Export(TwoScenes, new ExportOptions { VideoProfile = "wan-fun-inpaint", SceneIds = ["b"] });

        Assert.Equal(pipeline.Task("video-b-1").Inputs["startImage"], pipeline.Task("video-b-1").Inputs["endImage"]);
        Assert.Contains("ends where it starts", Assert.Single(pipeline.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_to_make_is_a_fault_and_scenes_without_shots_are_left_out()
    {
        var empty = new Scene { Id = "empty", Title = "E" };

        Assert.Equal("$.scenes", Assert.Single(Given.ExportFaults(Given.Project())).Path);
        Assert.Equal("$.scenes", Assert.Single(Given.ExportFaults(Given.Project(empty, Given.Scene("none")))).Path);
        var pipeline = Given.Export(Given.Project(empty, Given.Scene("a", "1")));
        Assert.Equal("Export All (1 scene)", pipeline.Name);
        Assert.Contains("$.scenes[0]", Assert.Single(pipeline.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_shot_without_words_and_a_repeated_shot_are_faults()
    {
        var scene = Given.Scene("a", "1", "1", "2");
        scene = scene with { Timeline = scene.Timeline! with { Shots = scene.Timeline.Shots.SetItem(2, new Shot { Id = "2" }) } };

        var faults = Given.ExportFaults(Given.Project(scene));

        Assert.Equal(["$.scenes[0].timeline.shots[1].id", "$.scenes[0].timeline.shots[2]"], faults.Select(fault => fault.Path));
    }

    [Fact]
    public void Ids_that_would_give_two_tasks_one_name_are_told_apart()
    {
        var pipeline = Given.Export(Given.Project(Given.Scene("a-b", "c"), Given.Scene("a", "b-c"), Given.Scene("film", "1")));

        Assert.Equal(pipeline.Tasks.Length, pipeline.Tasks.Select(task => task.Id).Distinct(StringComparer.Ordinal).Count());
        Assert.Contains(pipeline.Tasks, task => task.Id == "video-a-b-c~2");
        Assert.Contains(pipeline.Tasks, task => task.Id == "export-film~2");
    }

    [Fact]
    public void Seeds_stay_the_same_until_another_version_is_asked_for()
    {
        var first = Given.Export(TwoScenes);
        var again = Given.Export(TwoScenes with { Scenes = TwoScenes.Scenes.Insert(0, Given.Scene("new", "1")) });
        var other = Given.Export(TwoScenes, new ExportOptions { SeedBase = 1 });

        static long Seed(PipelineDefinition pipeline, string task) => long.Parse(((TaskInput.Literal)pipeline.Task(task).Inputs["seed"]).Json);
        string[] tasks = ["keyframe-a-1", "video-a-1", "keyframe-a-2", "keyframe-b-1"];
        Assert.Equal(4, tasks.Select(task => Seed(first, task)).Distinct().Count());
        Assert.All(tasks, task => Assert.InRange(Seed(first, task), 0, 1L << 53));
        Assert.Equal(tasks.Select(task => Seed(first, task)), tasks.Select(task => Seed(again, task)));
        Assert.NotEqual(Seed(first, "video-a-1"), Seed(other, "video-a-1"));
    }

    [Fact]
    public void Plain_prompts_are_the_shots_own_words()
    {
        var pipeline = Given.Export(TwoScenes with { DirectorsVision = "noir" }, new ExportOptions { PlainPrompts = true });

        Assert.Equal(new TaskInput.Literal("\"what 1 shows\""), pipeline.Task("keyframe-a-1").Inputs["prompt"]);
        Assert.Equal(new TaskInput.Literal("\"text\""), pipeline.Task("keyframe-a-1").Inputs["negativePrompt"]);
    }

    [Fact]
    public void Only_inputs_that_the_profile_takes_are_set()
    {
        var profiles = new Dictionary<string, WorkflowProfile>(Given.Profiles, StringComparer.Ordinal) { ["flux-t2i"] = Given.Profile("flux-t2i", ProfileKind.Keyframe, "prompt") };

        var result = Assert.IsType<ExportResult.Created>(ExportFactory.Create(TwoScenes, new ExportOptions(), profiles));

        Assert.Equal(["prompt"], result.Definition.Task("keyframe-a-1").Inputs.Keys);
    }

    [Fact]
    public async Task The_lighthouse_becomes_a_film()
    {
        await using var file = File.OpenRead(Samples.PathOf("lighthouse", "project.json"));
        var read = Assert.IsType<ProjectReadResult.Read>(await ProjectReader.ReadAsync(file, new HashingMediaSink(), CancellationToken.None));
        Assert.Empty(read.Warnings);

        var pipeline = Given.Export(read.Project);

        Assert.Equal(8, pipeline.Tasks.Count(task => task.Kind == TaskKind.GenerateVideo));
        Assert.Equal(4, pipeline.Tasks.Count(task => task.Kind == TaskKind.ExportTimeline));
        Assert.Contains("video-scene_night-shot_stairs", pipeline.Task("video-scene_night-shot_lampRoom").Dependencies);
        Assert.DoesNotContain(pipeline.Task("video-scene_signal-shot_dial").Dependencies, id => id.StartsWith("video", StringComparison.Ordinal));
        Assert.Equal("wan-fun-inpaint", pipeline.Task("video-scene_morning-shot_boat").ProfileId);
        Assert.IsType<TaskInput.Stored>(pipeline.Task("video-scene_morning-shot_boat").Inputs["endImage"]);
        Assert.Equal("Whip Pan", pipeline.Task("export-scene_night").Timeline!.Clips[1].Transition);
    }
}
