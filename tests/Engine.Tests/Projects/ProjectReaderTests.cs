using Continuity.Engine.Projects;

namespace Continuity.Engine.Tests.Projects;

public sealed class ProjectReaderTests
{
    [Fact]
    public async Task A_full_project_is_read_with_every_part()
    {
        var sink = new RecordingSink();
        var project = await Reading.ReadGoodAsync(
            $$"""
            {
              "version": 1,
              "storyBible": { "logline": "A keeper.", "characters": "Ines", "setting": "Coast", "plotOutline": "Act I",
                              "heroArcs": [ { "id": "a1", "name": "Call", "summary": "s", "emotionalShift": "calm to fear", "importance": 3 } ] },
              "directorsVision": "Cold dawn",
              "scenes": [ {
                "id": "scene_1", "title": "Signal", "summary": "Sum", "keyframeMode": "bookend", "heroArcName": "Call",
                "temporalContext": { "startMoment": "hand", "endMoment": "lamp", "duration": 3 },
                "metadata": { "chain": true }, "order": 4, "timelineDuration": [1, 2],
                "keyframeStart": "{{Reading.PngText}}",
                "timeline": {
                  "shots": [ { "id": "s1", "title": "T", "description": "D", "visualPrompt": "V", "purpose": "P", "cameraMovement": { "a": 1 } }, { "id": "s2", "description": "E" } ],
                  "shotEnhancers": { "s1": { "framing": ["Wide Shot"], "movement": "Push In", "mood": [1, "Tense"] } },
                  "transitions": ["Dissolve"], "negativePrompt": "text"
                } } ],
              "generatedImages": { "scene_1": { "start": "{{Reading.PngText}}", "end": "data:image/png;base64,{{Reading.PngText}}" } },
              "generatedShotImages": { "s1": "data:image/jpeg;base64,{{Reading.PngText}}" },
              "continuityData": { "scene_1": { "videoFileBase64": "@@@ not even base64 @@@" } },
              "localGenSettings": {
                "imageWorkflowProfile": "flux-t2i", "videoWorkflowProfile": "wan-i2v", "sceneChainedWorkflowProfile": "c", "sceneBookendWorkflowProfile": "b",
                "workflowProfiles": { "p": { "id": "p", "label": "L", "workflowJson": "{\"3\":{} }", "mapping": { "6:text": "human_readable_prompt" }, "category": "video" } },
                "featureFlags": { "enableFLF2V": true } },
              "somethingNew": { "deep": [ { } ] }
            }
            """,
            sink);

        Assert.Equal("1", project.Version);
        Assert.Equal("calm to fear", project.StoryBible.HeroArcs["a1"].EmotionalShift);
        Assert.Equal("Cold dawn", project.DirectorsVision);
        var scene = Assert.Single(project.Scenes);
        Assert.Equal(KeyframeMode.Bookend, scene.KeyframeMode);
        Assert.Equal(new TemporalContext("hand", "lamp", 3), scene.TemporalContext);
        Assert.True(scene.Chain);
        Assert.Equal("4", scene.Extra["order"]);
        Assert.NotNull(scene.KeyframeStart);
        Assert.Equal(["s1", "s2"], scene.Timeline!.Shots.Select(shot => shot.Id));
        Assert.Equal("{\"a\":1}", scene.Timeline.Shots[0].Extra["cameraMovement"]);
        Assert.Equal(["Push In"], scene.Timeline.Enhancers["s1"].Movement.AsEnumerable());
        Assert.Equal(["Tense"], scene.Timeline.Enhancers["s1"].Mood.AsEnumerable());
        Assert.Equal(["Dissolve"], scene.Timeline.Transitions.AsEnumerable());
        Assert.Equal("text", scene.Timeline.NegativePrompt);
        Assert.NotNull(project.SceneImages["scene_1"].End);
        Assert.Equal("image/png", project.ShotImages["s1"].MediaType);
        Assert.True(project.Settings.EnableFlf2v);
        Assert.Equal(("b", "c"), (project.Settings.SceneBookendWorkflowProfile, project.Settings.SceneChainedWorkflowProfile));
        var profile = Assert.Single(project.Settings.Profiles);
        Assert.Equal("{\"3\":{} }", profile.WorkflowJson);
        Assert.Equal("human_readable_prompt", profile.Mapping["6:text"]);
        Assert.Equal(4, sink.Files.Count);
        Assert.All(sink.Files, file => Assert.Equal(Reading.Png, file.Bytes));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{ "version": "v1" }""")]
    [InlineData("""{ "version": 2, "scenes": null, "storyBible": null, "localGenSettings": null, "generatedImages": null }""")]
    [InlineData("""{ "version": { "odd": true }, "scenes": [], "storyBible": "not an object", "continuityData": 7, "localGenStatus": [1] }""")]
    public async Task Every_key_is_optional(string json)
    {
        var project = await Reading.ReadGoodAsync(json);

        Assert.Empty(project.Scenes);
    }

    [Fact]
    public async Task A_scene_without_a_timeline_is_read()
    {
        var project = await Reading.ReadGoodAsync("""{ "scenes": [ { "id": "a" }, { "id": "b", "timeline": null }, { "id": "c", "timeline": {} } ] }""");

        Assert.Equal([null, null, 0], project.Scenes.Select(scene => scene.Timeline?.Shots.Length));
    }

    [Fact]
    public async Task Legacy_transitions_as_objects_are_read_by_their_name()
    {
        var result = await Reading.ReadAsync(
            """{ "scenes": [ { "id": "a", "timeline": { "transitions": [ { "type": "Dissolve" }, { "odd": 1 }, "Cut", null, { "transition_type": "Wipe" } ] } } ] }""");

        var read = Assert.IsType<ProjectReadResult.Read>(result);
        Assert.Equal(["Dissolve", null, "Cut", null, "Wipe"], read.Project.Scenes[0].Timeline!.Transitions.AsEnumerable());
        Assert.Contains("transitions[1]", Assert.Single(read.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_faults_are_told_at_once_with_their_places()
    {
        var faults = await Reading.ReadFaultyAsync(
            """
            { "directorsVision": 5,
              "scenes": [
                { "title": "no id" },
                { "id": "a", "timeline": { "shots": [ { "id": "x" }, { "id": "x" }, { "id": 3 }, "shot?" ], "negativePrompt": [] } },
                { "id": "a", "timeline": [], "keyframeStart": 7 },
                4
              ],
              "generatedImages": { "a": 12, "b": { "start": [] } },
              "generatedShotImages": { "odd key": "!!!!" },
              "localGenSettings": { "featureFlags": { "enableFLF2V": "yes" }, "workflowProfiles": 3 } }
            """);

        Assert.Equal(
            [
                "$.directorsVision",
                "$.generatedImages.a",
                "$.generatedImages.b.start",
                "$.generatedShotImages['odd key']",
                "$.localGenSettings.featureFlags.enableFLF2V",
                "$.localGenSettings.workflowProfiles",
                "$.scenes[0].id",
                "$.scenes[1].timeline.negativePrompt",
                "$.scenes[1].timeline.shots[1].id",
                "$.scenes[1].timeline.shots[2].id",
                "$.scenes[1].timeline.shots[3]",
                "$.scenes[2].id",
                "$.scenes[2].keyframeStart",
                "$.scenes[2].timeline",
                "$.scenes[3]",
            ],
            faults.Select(fault => fault.Path).Order(StringComparer.Ordinal));
        Assert.Contains(faults, fault => fault.Message.Contains("$.scenes[1]", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", "line 1, column 1", "empty or cut off")]
    [InlineData("   \n\t ", "line 2", "empty or cut off")]
    [InlineData("{ \"scenes\": [\n  { \"id\": \"a\" }\n  { } ] }", "line 3, column 3", "expected ','")]
    [InlineData("{ \"a\": 1, }", "column 11", "expected a name")]
    [InlineData("{ \"a\" 1 }", "column 7", "expected ':'")]
    [InlineData("{ \"a\": tru }", "column 8", "expected true")]
    [InlineData("{ \"a\": 01 }", "line 1", "no JSON number")]
    [InlineData("{ \"a\": 1.e5 }", "line 1", "no JSON number")]
    [InlineData("{} {}", "column 4", "follows")]
    [InlineData("{ \"scenes\": [ { \"id\": \"cut", "line 1", "cut off")]
    [InlineData("{ \"generatedImages\": { \"a\": \"AAAA", "line 1", "cut off")]
    [InlineData("{ \"directorsVision\": \"a\\x\" }", "line 1", "no escape")]
    [InlineData("{ \"directorsVision\": \"a\\u12\" }", "line 1", "four hexadecimal")]
    [InlineData("{ \"directorsVision\": \"a\nb\" }", "line 2", "control character")]
    [InlineData("{ 'a': 1 }", "column 3", "expected a name")]
    public async Task Text_that_is_no_JSON_is_told_with_line_and_column(string json, string place, string what)
    {
        var fault = Assert.Single(await Reading.ReadFaultyAsync(json));

        Assert.Contains(place, fault.Message, StringComparison.Ordinal);
        Assert.Contains(what, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\"text\"")]
    [InlineData("12")]
    public async Task A_file_that_is_no_object_is_a_fault(string json)
    {
        var fault = Assert.Single(await Reading.ReadFaultyAsync(json));

        Assert.Equal("$", fault.Path);
    }

    [Fact]
    public async Task A_byte_order_mark_is_skipped()
    {
        var result = await Reading.ReadAsync([0xEF, 0xBB, 0xBF, .. """{ "directorsVision": "x" }"""u8]);

        Assert.Equal("x", Assert.IsType<ProjectReadResult.Read>(result).Project.DirectorsVision);
    }

    [Fact]
    public async Task Utf16_is_named_as_the_fault()
    {
        var result = await Reading.ReadAsync([0xFF, 0xFE, (byte)'{', 0, (byte)'}', 0]);

        Assert.Contains("UTF-16", Assert.IsType<ProjectReadResult.Faulty>(result).Faults[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Escapes_are_read_and_broken_halves_of_an_emoji_replaced()
    {
        var project = await Reading.ReadGoodAsync("""{ "directorsVision": "a\/\"\\\n\u00e9\uD83D\uDE00 \ud83d! ümlaut 🎬" }""");

        Assert.Equal("a/\"\\\né😀 \uFFFD! ümlaut 🎬", project.DirectorsVision);
    }

    [Fact]
    public async Task Of_a_repeated_key_the_last_value_counts()
    {
        var project = await Reading.ReadGoodAsync("""{ "directorsVision": "one", "scenes": [ { "id": "a", "id": "b" } ], "directorsVision": "two" }""");

        Assert.Equal("two", project.DirectorsVision);
        Assert.Equal("b", project.Scenes[0].Id);
    }

    [Fact]
    public async Task Numbers_of_any_size_do_no_harm()
    {
        var project = await Reading.ReadGoodAsync(
            """{ "version": 123456789012345678901234567890, "x": 1e99999, "scenes": [ { "id": "a", "order": -1E+400, "temporalContext": { "duration": 1e999 } } ] }""");

        Assert.Equal("123456789012345678901234567890", project.Version);
        Assert.Null(project.Scenes[0].TemporalContext!.Duration);
    }

    [Theory]
    [InlineData("[", "]")]
    [InlineData("{\"a\":", "}")]
    public async Task Nesting_without_end_is_a_fault_not_a_crash(string open, string close)
    {
        var depth = 50_000;
        var json = $$"""{ "unknown": {{string.Concat(Enumerable.Repeat(open, depth))}}1{{string.Concat(Enumerable.Repeat(close, depth))}} }""";

        var fault = Assert.Single(await Reading.ReadFaultyAsync(json));

        Assert.Contains("nested deeper", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_text_that_is_too_long_is_left_out_with_a_warning()
    {
        var result = await Reading.ReadAsync($$"""{ "scenes": [ { "id": "a", "future": "{{new string('x', 300_000)}}", "note": "{{new string('y', 20_000)}}" } ] }""");

        var read = Assert.IsType<ProjectReadResult.Read>(result);
        Assert.DoesNotContain("note", read.Project.Scenes[0].Extra);
        Assert.Contains("$.scenes[0].future", Assert.Single(read.Warnings), StringComparison.Ordinal);
    }
}
