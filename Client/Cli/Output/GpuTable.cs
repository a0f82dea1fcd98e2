using System.Collections.Immutable;

using Continuity.Gpu;

using Spectre.Console;

namespace Continuity.Cli.Output;

/// <summary>A table of GPUs.</summary>
internal static class GpuTable
{
    public static void Write(Terminal terminal, ImmutableArray<GpuView> gpus)
    {
        if (gpus.IsEmpty)
        {
            terminal.Out.WriteLine("No GPUs are known here. A command with --gpu or --simulate brings some.");
            return;
        }

        var table = Tables.New("GPU", "health", "device", "free memory", "ComfyUI", "slots", "done", "failed", "does");
        foreach (var gpu in gpus)
        {
            table.AddRow(
                Tables.Cell(Name(gpu.Registration)),
                Tables.Cell(Words.Of(gpu.Status.Health), gpu.Status.Health switch
                {
                    GpuHealth.Healthy => "green",
                    GpuHealth.Unknown => "grey",
                    _ => "red",
                }),
                Tables.Cell(gpu.Device),
                Tables.Cell(gpu.VramTotal == 0 ? "" : $"{Words.Bytes(gpu.VramFree)} of {Words.Bytes(gpu.VramTotal)}"),
                Tables.Cell(gpu.ComfyVersion),
                Tables.Cell($"{gpu.Status.SlotsUsed}/{gpu.Status.Slots}"),
                Tables.Cell($"{gpu.Completed}"),
                Tables.Cell($"{gpu.Failed}"),
                Tables.Cell(gpu.Status.Problem ?? string.Join('\n', gpu.Holders)));
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

    private static string Name(GpuRegistration gpu) => gpu.Name == gpu.Id.Value ? gpu.Name : $"{gpu.Name} ({gpu.Id})";
}
