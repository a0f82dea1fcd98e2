using Continuity.ComfyUI.Workflows;

namespace Continuity.ComfyUI.Tests.Workflows;

public sealed class WorkflowFormatTests
{
    private const string Api = """{"1": {"class_type": "A", "inputs": {}}, "2:7": {"class_type": "B", "inputs": {"x": ["1", 0]}}}""";

    [Theory]
    [InlineData(Api)]
    [InlineData("""{"prompt": """ + Api + """, "client_id": "x"}""")]
    [InlineData("""{"id": "w", "revision": 0, "_meta": {}, "links": [], "nodes": """ + Api + "}")]
    public void Parse_AnyOfTheLayouts_SameNodes(string json) => Assert.Equal(["1", "2:7"], WorkflowFormat.Parse(json).Select(node => node.Key));

    [Theory]
    [InlineData("""{"nodes": [{"id": 1, "type": "A"}], "links": []}""", "Export (API)")]
    [InlineData("""{"1": {"class_type": "A"}}""", "no inputs object")]
    [InlineData("""{"1": {"inputs": {}}}""", "class_type")]
    [InlineData("""{"1": {"class_type": "A", "inputs": {"x": [1, 0]}}}""", "must be a text")]
    [InlineData("""{"1": {"class_type": "A", "inputs": {"x": ["77", 0]}}}""", "77")]
    [InlineData("""{"1": {"class_type": "A", "inputs": {}}, "1": {"class_type": "A", "inputs": {}}}""", "well-formed")]
    [InlineData("{}", "no nodes")]
    [InlineData("[]", "object")]
    [InlineData("{", "well-formed")]
    public void Parse_Unusable_SaysWhy(string json, string word) =>
        Assert.Contains(word, Assert.Throws<WorkflowException>(() => WorkflowFormat.Parse(json)).Message, StringComparison.Ordinal);
}
