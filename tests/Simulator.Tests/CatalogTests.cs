using Continuity.Simulator.Execution;
using Continuity.Simulator.Json;
using Continuity.Simulator.Nodes;
using Continuity.Simulator.Tests.Support;
using CsCheck;

namespace Continuity.Simulator.Tests;

public sealed class CatalogTests
{
    [Fact]
    public async Task EveryDefinedNodeClassRunsAndEveryOneThatRunsIsDefined()
    {
        await using var rig = await Rig.StartAsync();

        var defined = (await rig.JsonAsync("object_info")).AsObject().Select(p => p.Key);

        Assert.Equal(NodeLibrary.Names.Order(StringComparer.Ordinal), defined.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task OneClassAloneAndAnUnknownClassIsEmpty()
    {
        await using var rig = await Rig.StartAsync();

        Assert.Equal("{}", (await rig.GetAsync("object_info/Nope")).Text);
        Assert.StartsWith(
            """{"UpscaleModelLoader": {"input": {"required": {"model_name": ["COMBO", {"multiselect": false, "options": ["4x-UltraSharp.pth", """,
            (await rig.GetAsync("object_info/UpscaleModelLoader")).Text,
            StringComparison.Ordinal);
        Assert.Equal("pixel_space", (string)(await rig.JsonAsync("object_info/VAELoader"))["VAELoader"]!["input"]!["required"]!["vae_name"]![0]!.AsArray()[^1]!);
        Assert.Equal(404, (await rig.GetAsync("models/nope")).Status);
    }

    [Fact]
    public void TheHeapPopsInOrderOfNumberAndId() => Gen.Int[0, 5].Select(Gen.Int[0, 1_000_000]).List[0, 40].Sample(pairs =>
    {
        var heap = new PromptHeap();
        var distinct = pairs.Distinct().ToList();
        foreach (var (number, id) in distinct)
        {
            heap.Push(new QueueItem((long)number, $"{id}", [], [], []));
        }

        var popped = Enumerable.Range(0, distinct.Count).Select(_ => heap.Pop()).Select(i => ((long)i.Number, i.PromptId)).ToList();
        Assert.Equal(popped.OrderBy(p => p.Item1).ThenBy(p => p.PromptId, StringComparer.Ordinal), popped);
    });

    [Theory]
    [InlineData(1.0, "1.0")]
    [InlineData(-1000.5, "-1000.5")]
    [InlineData(1e16, "1e+16")]
    [InlineData(0.00001, "1e-05")]
    [InlineData(123456789012345680.0, "1.2345678901234568e+17")]
    [InlineData(0.1, "0.1")]
    [InlineData(double.NaN, "NaN")]
    public void FloatsAreWrittenAsPythonDoes(double value, string text) => Assert.Equal(text, PyJson.Write(value));

    [Fact]
    public void JsonRoundTripsWithPythonsSpacingAndEscapes()
    {
        const string Text = """{"a": [1, 2.5, null, true], "\u00e4": "x\ny \ud83d\ude00", "n": 18446744073709551615}""";

        Assert.Equal(Text, PyJson.Write(PyJson.Parse(System.Text.Encoding.UTF8.GetBytes(Text))));
    }
}
