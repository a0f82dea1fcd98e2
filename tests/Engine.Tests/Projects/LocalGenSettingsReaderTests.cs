using System.Text;

using Continuity.Engine.Projects;

namespace Continuity.Engine.Tests.Projects;

public sealed class LocalGenSettingsReaderTests
{
    [Fact]
    public async Task Settings_of_a_file_of_their_own_are_read()
    {
        var result = await ReadAsync(
            """
            { "imageWorkflowProfile": "flux-t2i", "videoWorkflowProfile": "",
              "workflowProfiles": { "a": { "workflowJson": { "3": { "class_type": "KSampler" } }, "mapping": { "3:seed": 5 } }, "empty": { "workflowJson": "" } } }
            """);

        var read = Assert.IsType<SettingsReadResult.Read>(result);
        Assert.Equal("flux-t2i", read.Settings.ImageWorkflowProfile);
        Assert.Null(read.Settings.VideoWorkflowProfile);
        var profile = Assert.Single(read.Settings.Profiles);
        Assert.Contains("KSampler", profile.WorkflowJson, StringComparison.Ordinal);
        Assert.Empty(profile.Mapping);
        Assert.Contains("$.workflowProfiles.empty", Assert.Single(read.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "3": { "class_type": "KSampler", "inputs": {} } }""")]
    [InlineData("""{ "prompt": { "3": {} } }""")]
    [InlineData("""{ "nodes": [] }""")]
    public async Task A_bare_workflow_is_named_as_such(string json)
    {
        var faulty = Assert.IsType<SettingsReadResult.Faulty>(await ReadAsync(json));

        Assert.Contains("ComfyUI workflow", Assert.Single(faulty.Faults).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{")]
    public async Task Anything_else_is_a_fault(string json) => Assert.Single(Assert.IsType<SettingsReadResult.Faulty>(await ReadAsync(json)).Faults);

    private static async Task<SettingsReadResult> ReadAsync(string json)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(json));
        return await LocalGenSettingsReader.ReadAsync(stream, CancellationToken.None);
    }
}
