using System.Collections.Immutable;

using Continuity.Gpu;

using Spectre.Console;

namespace Continuity.Cli.Output;

/// <summary>A table of GPUs.</summary>
internal static class GpuTable
{
    public static void Write(Terminal terminal, ImmutableArray<GpuView> gpus, bool isCluster)
    {
        if (gpus.IsEmpty)
        {
            terminal.Out.WriteLine("No GPUs are known here. Add one with 'continuity gpus add URL'; a command with --gpu or --simulate brings some for its own time.");
            return;
        }

        // Only a cluster has silos to tell apart.
        string[] headings = ["GPU", "state", "ComfyUI", "slots", "done", .. isCluster ? ["silo"] : Array.Empty<string>(), "does"];
        var table = Tables.New(headings);
        foreach (var gpu in gpus)
        {
            Text[] cells =
            [
                Tables.Cell(Name(gpu)),
                Tables.Cell(Words.StateOf(gpu), ColourOf(gpu)),
                Tables.Cell(gpu.ComfyVersion),
                Tables.Cell($"{gpu.Status.SlotsUsed}/{gpu.Status.Slots}"),
                Tables.Cell(gpu.Failed == 0 ? $"{gpu.Completed}" : $"{gpu.Completed}\n{gpu.Failed} failed"),
                .. isCluster ? [Tables.Cell(gpu.Silo)] : Array.Empty<Text>(),
                Tables.Cell(gpu.Status.Problem ?? string.Join('\n', gpu.Holders)),
            ];
            table.AddRow(cells);
        }

        terminal.Console.Write(table);
    }

    public static void WriteJson(Terminal terminal, ImmutableArray<GpuView> gpus)
    {
        var lines = new JsonLines(terminal.Out);
        foreach (var gpu in gpus)
        {
            lines.Write(new
            {
                Id = gpu.Registration.Id.Value,
                Status = gpu.Status.Health,
                gpu.Registration.Name,
                gpu.Registration.Address,
                gpu.Mode,
                Drained = gpu.IsDrained,
                gpu.Registration.Origin,
                Owner = gpu.Registration.Owner.Length > 0 ? gpu.Registration.Owner : null,
                gpu.Silo,
                gpu.Device,
                gpu.ComfyVersion,
                gpu.VramTotal,
                gpu.VramFree,
                gpu.Status.SlotsUsed,
                gpu.Status.Slots,
                gpu.Completed,
                gpu.Failed,
                gpu.Status.Problem,
                Tasks = gpu.Holders.Select(holder => holder.ToString()),
            });
        }
    }

    private static string Name(GpuView gpu) => string.Join(
        '\n',
        new[]
        {
            gpu.Registration.Name,
            gpu.Registration.Name == gpu.Registration.Id.Value ? "" : gpu.Registration.Id.Value,
            gpu.Device,
            gpu.VramTotal == 0 ? "" : $"{Words.Bytes(gpu.VramFree)} of {Words.Bytes(gpu.VramTotal)} free",
        }.Where(line => line.Length > 0));

    private static string ColourOf(GpuView gpu) => gpu switch
    {
        { Status.Health: GpuHealth.Unreachable or GpuHealth.Quarantined } => "red",
        { Mode: not GpuMode.Active } => "yellow",
        { Status.Health: GpuHealth.Healthy } => "green",
        _ => "grey",
    };
}
