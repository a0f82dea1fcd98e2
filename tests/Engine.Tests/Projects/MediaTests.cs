using Continuity.Artifacts;
using Continuity.Engine.Projects;

namespace Continuity.Engine.Tests.Projects;

public sealed class MediaTests
{
    [Theory]
    [InlineData("\"{0}\"")]
    [InlineData("\"data:image/jpeg;base64,{0}\"")]
    [InlineData("\"data:;base64,{0}\"")]
    [InlineData("{{ \"start\": \"{0}\", \"end\": null }}")]
    [InlineData("{{ \"current\": \"{0}\", \"versions\": [ {{ \"image\": \"{0}\" }}, 5 ], \"selectedVersionIndex\": 0 }}")]
    public async Task Every_shape_of_a_keyframe_gives_its_active_picture(string shape)
    {
        var sink = new RecordingSink();

        var project = await Reading.ReadGoodAsync(
            $$"""{ "generatedImages": { "s": {{string.Format(System.Globalization.CultureInfo.InvariantCulture, shape, Reading.PngText)}} } }""", sink);

        Assert.Equal("image/png", project.SceneImages["s"].Start!.MediaType);
        Assert.Equal(Reading.Png, Assert.Single(sink.Files).Bytes);
    }

    [Fact]
    public async Task Escapes_and_white_space_inside_base64_do_not_matter()
    {
        var sink = new RecordingSink();
        var text = Reading.PngText;
        var odd = string.Concat(text.Select((c, i) => (i % 5) switch
        {
            0 => $"\\u{(int)c:x4}",
            1 => c == '/' ? "\\/" : c.ToString(),
            2 => $"{c}\\n",
            3 => $" {c}\\r\\n\\t",
            _ => c.ToString(),
        }));

        await Reading.ReadGoodAsync($$"""{ "generatedShotImages": { "s": "data:image\/png;base64,{{odd}}" } }""", sink);

        Assert.Equal(Reading.Png, Assert.Single(sink.Files).Bytes);
    }

    [Fact]
    public async Task Missing_padding_is_forgiven()
    {
        var sink = new RecordingSink();

        await Reading.ReadGoodAsync("""{ "generatedShotImages": { "a": "QQ", "b": "QUI", "c": "QUJD" } }""", sink);

        Assert.Equal(["A", "AB", "ABC"], sink.Files.Select(file => System.Text.Encoding.ASCII.GetString(file.Bytes)));
        Assert.All(sink.Files, file => Assert.Equal(MediaTypes.Unknown, file.MediaType));
    }

    [Theory]
    [InlineData("not base64!")]
    [InlineData("AAAAA")]
    [InlineData("AA==AAAA")]
    [InlineData("data:image/png,abc")]
    [InlineData("data:")]
    [InlineData("=")]
    public async Task Bad_base64_is_a_fault_with_its_place(string text)
    {
        var sink = new RecordingSink();

        var faults = await Reading.ReadFaultyAsync($$"""{ "scenes": [ { "id": "a", "timeline": { "shots": [ { "id": "x", "keyframeEnd": "{{text}}" } ] } } ] }""", sink);

        Assert.Equal("$.scenes[0].timeline.shots[0].keyframeEnd", Assert.Single(faults).Path);
        Assert.Empty(sink.Files);
        Assert.Equal(sink.Begun, sink.Disposed);
    }

    [Fact]
    public async Task Base64_that_turns_bad_late_is_given_up()
    {
        var sink = new RecordingSink();
        var text = new string('A', 400_000) + "!" + new string('A', 400_000);

        var faults = await Reading.ReadFaultyAsync($$"""{ "generatedImages": { "s": "{{text}}" }, "directorsVision": 1 }""", sink);

        Assert.Equal(["$.generatedImages.s", "$.directorsVision"], faults.Select(fault => fault.Path));
        Assert.Empty(sink.Files);
        Assert.Equal((1, 1), (sink.Begun, sink.Disposed));
    }

    [Fact]
    public async Task A_long_prefix_is_a_fault_not_a_crash()
    {
        foreach (var length in Enumerable.Range(65_520, 24))
        {
            var faults = await Reading.ReadFaultyAsync($$"""{ "generatedImages": { "s": "data:{{new string('x', length)}},AAAABBBBCCCC" } }""");

            Assert.Single(faults);
        }
    }

    [Theory]
    [InlineData("blob:http://localhost:3000/4f0e")]
    [InlineData("https://example.org/a.png")]
    public async Task An_address_is_left_out_with_a_warning(string address)
    {
        var result = await Reading.ReadAsync($$"""{ "generatedImages": { "s": "{{address}}" } }""");

        var read = Assert.IsType<ProjectReadResult.Read>(result);
        Assert.Empty(read.Project.SceneImages);
        Assert.Contains("$.generatedImages.s", Assert.Single(read.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_text_is_no_picture()
    {
        var project = await Reading.ReadGoodAsync("""{ "generatedImages": { "s": "", "t": { "start": "", "end": "" } }, "generatedShotImages": { "x": "" } }""");

        Assert.Empty(project.SceneImages);
        Assert.Empty(project.ShotImages);
    }

    [Fact]
    public async Task Content_of_any_length_is_decoded_exactly()
    {
        foreach (var length in new[] { 1, 2, 3, 49_146, 49_147, 49_148, 49_149, 49_150, 49_151, 49_152, 49_153, 98_300, 200_001 })
        {
            var sink = new RecordingSink();
            var bytes = Enumerable.Range(0, length).Select(i => (byte)(i * 31 % 251)).ToArray();

            await Reading.ReadGoodAsync($$"""{ "generatedShotImages": { "s": "{{Convert.ToBase64String(bytes)}}" } }""", sink);

            Assert.Equal(bytes, Assert.Single(sink.Files).Bytes);
        }
    }
}
