using System.Collections.Immutable;
using System.Diagnostics;

using Continuity.Profiles;

using Spectre.Console;

namespace Continuity.Cli.Output;

/// <summary>What one GPU lacks for one profile.</summary>
/// <param name="ProfileId">The profile.</param>
/// <param name="Gpu">The GPU's name.</param>
/// <param name="Problems">What is missing or wrong, in words; empty when the profile can run there.</param>
internal sealed record ProfileCheck(string ProfileId, string Gpu, ImmutableArray<string> Problems)
{
    public bool IsGood => Problems.IsEmpty;
}

/// <summary>Tables of profiles.</summary>
internal static class ProfileTable
{
    public static void Write(Invocation invocation, ImmutableArray<WorkflowProfile> profiles)
    {
        if (invocation.Json)
        {
            var lines = new JsonLines(invocation.Terminal.Out);
            foreach (var profile in profiles)
            {
                lines.Write(new { profile.Id, Status = "available", profile.Kind, profile.Label, Inputs = profile.Inputs.Keys.Order() });
            }

            return;
        }

        var table = Tables.New("profile", "makes", "name", "takes");
        foreach (var profile in profiles)
        {
            table.AddRow(Tables.Cell(profile.Id), Tables.Cell(Of(profile.Kind)), Tables.Cell(profile.Label), Tables.Cell(string.Join(", ", profile.Inputs.Keys.Order())));
        }

        invocation.Terminal.Console.Write(table);
    }

    public static void WriteChecks(Invocation invocation, ImmutableArray<ProfileCheck> checks)
    {
        if (invocation.Json)
        {
            var lines = new JsonLines(invocation.Terminal.Out);
            foreach (var check in checks)
            {
                lines.Write(new { Id = check.ProfileId, Status = check.IsGood ? "ok" : "missing", check.Gpu, Problems = check.IsGood ? null : (object)check.Problems });
            }

            return;
        }

        var table = Tables.New("profile", "GPU", "");
        foreach (var check in checks)
        {
            table.AddRow(
                Tables.Cell(check.ProfileId),
                Tables.Cell(check.Gpu),
                check.IsGood ? new Markup("[green]ready[/]") : new Text(string.Join('\n', check.Problems), new Style(Color.Red)));
        }

        invocation.Terminal.Console.Write(table);
    }

    private static string Of(ProfileKind kind) => kind switch
    {
        ProfileKind.Generic => "anything",
        ProfileKind.Keyframe => "keyframe",
        ProfileKind.Video => "clip",
        ProfileKind.Upscale => "larger clip",
        ProfileKind.Interpolate => "smoother clip",
        _ => throw new UnreachableException(),
    };
}
