// Does the cost of a task grow with the size of its pipeline? Exports of 100, 300 and 1,000 shots (four GPU tasks each, no GPU time) on two simulated GPUs in
// processes of their own; the store is SQLite with synchronous=FULL. Exits with 0 only when neither time nor bytes a task grow by more than a fifth from the
// smallest to the largest.
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

using Continuity.Bench;

var sizes = args.Length > 0 ? args.Select(arg => int.Parse(arg, CultureInfo.InvariantCulture)).ToArray() : [100, 300, 1000];
var rows = new List<Measurement>();

// The first export pays for compilation and is thrown away.
await ExportRun.MeasureAsync(20);
foreach (var shots in sizes)
{
    var row = await ExportRun.MeasureAsync(shots);
    rows.Add(row);
    Console.WriteLine(
        string.Create(CultureInfo.InvariantCulture, $"{row.Shots,6} shots {row.Tasks,6} tasks {row.Seconds,7:0.0} s   {row.MillisecondsPerTask,6:0.00} ms/task   {row.StoreBytesPerTask,7:0} bytes/task written to the store   bare ComfyUI queue {row.BareMillisecondsPerTask,6:0.00} ms/task"));
}

var timeRatio = rows[^1].MillisecondsPerTask / rows[0].MillisecondsPerTask;
var byteRatio = rows[^1].StoreBytesPerTask / rows[0].StoreBytesPerTask;
var holds = timeRatio <= 1.2 && byteRatio <= 1.2;
Console.WriteLine(JsonSerializer.Serialize(new
{
    bench = "export",
    durability = "SQLite WAL synchronous=FULL, group commit",
    rows,
    timeRatio = Math.Round(timeRatio, 3),
    byteRatio = Math.Round(byteRatio, 3),
    limit = 1.2,
    holds,
}));
return holds ? 0 : 1;
