using System.Text.Json.Nodes;

using Continuity.ComfyUI.Client;
using Continuity.ComfyUI.Profiles;
using Continuity.ComfyUI.Tests.Support;
using Continuity.ComfyUI.Workflows;
using Continuity.Profiles;
using Continuity.Tasks;

namespace Continuity.ComfyUI.Tests.Profiles;

public sealed class ShippedProfilesTests
{
    [Fact]
    public async Task Check_EveryShippedProfile_FitsAServerWithItsModels()
    {
        await using var rig = await Rig.StartAsync();
        var catalogue = await rig.Client.GetObjectInfoAsync(CancellationToken.None);
        var profiles = ProfileLibrary.Load([ProfileLibrary.ShippedDirectory]).All;
        Assert.Equal(["flux-t2i", "rife-interpolation", "video-upscaler", "wan-flf2v", "wan-fun-inpaint", "wan-i2v"], profiles.Select(profile => profile.Id));
        Assert.All(profiles, profile => Assert.Empty(ProfileChecker.Check(profile, catalogue)));
    }

    [Fact]
    public async Task Check_ModelsGone_EachNamed()
    {
        await using var rig = await Rig.StartAsync(options =>
        {
            options.Models["vae"].Clear();
            options.Models["upscale_models"].Clear();
        });
        var catalogue = await rig.Client.GetObjectInfoAsync(CancellationToken.None);
        var library = ProfileLibrary.Load([ProfileLibrary.ShippedDirectory]);
        var upscale = Assert.Single(ProfileChecker.Check(library.Find("video-upscaler")!, catalogue));
        Assert.Equal((FaultClass.Missing, "3"), (upscale.Class, upscale.NodeId));
        Assert.Contains("ae.safetensors", Assert.Single(ProfileChecker.Check(library.Find("flux-t2i")!, catalogue)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_KeyframeToClipToUpscaleToInterpolation_EachGivesItsFile()
    {
        await using var rig = await Rig.StartAsync();
        var keyframe = await RunAsync(rig, "flux-t2i", new() { [InputNames.Prompt] = "a harbour" });
        Assert.True(keyframe.IsImage);
        var picture = await CopyAsync(rig, keyframe, "start.png");
        foreach (var id in (string[])["wan-i2v", "wan-flf2v", "wan-fun-inpaint"])
        {
            Assert.True((await RunAsync(rig, id, new() { [InputNames.StartImage] = picture })).IsVideo, id);
        }

        var clip = await RunAsync(rig, "wan-i2v", new() { [InputNames.StartImage] = picture, [InputNames.Prompt] = "again" });
        var video = await CopyAsync(rig, clip, "clip.mp4");
        Assert.True((await RunAsync(rig, "video-upscaler", new() { [InputNames.InputVideo] = video, [InputNames.Scale] = 0.5 })).IsVideo);
        Assert.True((await RunAsync(rig, "rife-interpolation", new() { [InputNames.InputVideo] = video, [InputNames.Multiplier] = 2 })).IsVideo);
    }

    private static async Task<OutputFile> RunAsync(Rig rig, string profileId, Dictionary<string, JsonNode> values)
    {
        var profile = ProfileLibrary.Load([ProfileLibrary.ShippedDirectory]).Find(profileId)!;
        var built = PromptBuilder.Build(profile, values, seed: null, $"jobs/{profileId}-1");
        var outcome = await rig.RunAsync(built.Graph);
        var file = Assert.Single(Assert.IsType<PromptOutcome.Succeeded>(outcome).Outputs);
        Assert.Equal("jobs", file.Subfolder);
        return file;
    }

    private static async Task<string> CopyAsync(Rig rig, OutputFile file, string name)
    {
        await using var content = await rig.Client.OpenOutputAsync(file, CancellationToken.None);
        return await rig.Client.UploadAsync(content.Stream, name, "jobs", CancellationToken.None);
    }
}
