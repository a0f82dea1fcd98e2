using System.CommandLine;

using Continuity.Cli.Hosting;
using Continuity.Cli.Output;
using Continuity.ComfyUI.Client;
using Continuity.ComfyUI.Profiles;
using Continuity.Gpu;

namespace Continuity.Cli.Commands;

/// <summary><c>continuity profiles</c>: the workflow profiles there are, and whether the GPUs have what they need.</summary>
internal static class ProfilesCommand
{
    public static Command Create(Globals globals) => new("profiles", "The workflow profiles") { CreateList(globals), CreateCheck(globals) };

    private static Command CreateList(Globals globals)
    {
        var folders = Folders();
        var command = new Command("ls", "List the workflow profiles") { folders };
        command.SetAction((parse, _) => globals.RunAsync(parse, invocation =>
        {
            ProfileTable.Write(invocation, RenderOptions.LoadProfiles(parse.GetValue(folders) ?? []).All);
            return Task.FromResult(ExitCodes.Completed);
        }));
        return command;
    }

    private static Command CreateCheck(Globals globals)
    {
        var render = new RenderOptions();
        var command = new Command("check", "Say what each GPU lacks for each profile: node classes, model files");
        render.AddTo(command);
        command.SetAction((parse, stop) => globals.RunAsync(parse, async invocation =>
        {
            var profiles = render.Profiles(parse);
            await using var gpus = await GpuSet.PrepareAsync(invocation, render.Gpus(parse), stop);
            await using var probe = new ComfyProbe();
            var checks = await Task.WhenAll(gpus.Gpus.Select(gpu => CheckAsync(gpu, probe.Get(gpu.Address), profiles, stop)));
            ProfileTable.WriteChecks(invocation, [.. checks.SelectMany(check => check)]);
            return checks.SelectMany(check => check).Any(check => !check.IsGood) ? ExitCodes.Failed : ExitCodes.Completed;
        }));
        return command;
    }

    private static async Task<List<ProfileCheck>> CheckAsync(GpuRegistration gpu, IComfyClient comfy, ProfileLibrary profiles, CancellationToken stop)
    {
        NodeCatalogue catalogue;
        try
        {
            catalogue = await comfy.GetObjectInfoAsync(stop);
        }
        catch (ComfyException error)
        {
            return [.. profiles.All.Select(profile => new ProfileCheck(profile.Id, gpu.Name, [error.Message]))];
        }

        return
        [
            .. profiles.All.Select(profile =>
                new ProfileCheck(profile.Id, gpu.Name, [.. ProfileChecker.Check(profile, catalogue).Select(problem => problem.Message)])),
        ];
    }

    private static Option<string[]> Folders() => new("--profiles") { Description = "Folder of workflow profiles; may be repeated", HelpName = "DIR" };
}
