using System.Text;

using Continuity.Engine.Projects;

using CsCheck;

namespace Continuity.Engine.Tests.Projects;

public sealed class ProjectFuzzTests
{
    private static readonly string Good =
        $$"""
        { "version": 1, "storyBible": { "logline": "x", "heroArcs": [] }, "scenes": [ { "id": "a", "keyframeStart": "{{Reading.PngText}}",
          "timeline": { "shots": [ { "id": "s\u00e9", "description": "d" } ], "shotEnhancers": { "s": { "framing": ["f"] } }, "transitions": [ "Cut" ] } } ],
          "generatedImages": { "a": { "current": "data:image/png;base64,QUJD", "versions": [ {} ] } }, "n": [ -1.5e3, true, false, null ] }
        """;

    private static readonly Gen<string> Json = Gen.Recursive<string>((depth, self) => depth > 5
        ? Gen.Const("null")
        : Gen.OneOf(
            OneOf("null", "true", "false", "0", "-1.5", "1e400", "\"\"", "\"QUJD\"", "\"\\ud800\"", "\"text\""),
            self.Array[0, 3].Select(items => $"[{string.Join(',', items)}]"),
            Gen.Select(
                OneOf(
                    "id", "scenes", "timeline", "shots", "keyframeStart", "generatedImages", "start", "current", "localGenSettings", "workflowProfiles", "metadata", "x"),
                self).Array[0, 4].Select(pairs => $"{{{string.Join(',', pairs.Select(pair => $"\"{pair.Item1}\":{pair.Item2}"))}}}")));

    [Fact]
    public void Any_bytes_give_a_project_or_faults() => Gen.Byte.Array[0, 200].Sample(bytes => Check(bytes), iter: 2_000);

    [Fact]
    public void Any_JSON_of_known_keys_gives_a_project_or_faults() => Json.Sample(json => Check(Encoding.UTF8.GetBytes(json)), iter: 3_000);

    [Fact]
    public void A_good_file_with_a_changed_byte_gives_a_project_or_faults()
    {
        var good = Encoding.UTF8.GetBytes(Good);
        Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte).Sample(
            (at, value) =>
            {
                var changed = good.ToArray();
                changed[at] = value;
                Check(changed);
            },
            iter: 2_000);
    }

    [Fact]
    public void A_good_file_cut_anywhere_is_a_fault()
    {
        var good = Encoding.UTF8.GetBytes(Good);
        Assert.IsType<ProjectReadResult.Read>(Read(good));
        for (var length = 0; length < good.Length; length++)
        {
            Assert.IsType<ProjectReadResult.Faulty>(Read(good[..length]));
        }
    }

    private static Gen<string> OneOf(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(index => texts[index]);

    private static void Check(byte[] json)
    {
        if (Read(json) is ProjectReadResult.Faulty faulty)
        {
            Assert.NotEmpty(faulty.Faults);
            Assert.All(faulty.Faults, fault => Assert.StartsWith("$", fault.Path, StringComparison.Ordinal));
        }
    }

    // The streams are in memory: everything ends synchronously.
    private static ProjectReadResult Read(byte[] json) => Reading.ReadAsync(json).GetAwaiter().GetResult();
}
