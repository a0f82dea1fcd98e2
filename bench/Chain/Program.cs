using Continuity.Bench;
using Continuity.Grains.Stores.Postgres;
using Continuity.Support;

await using var server = await PostgresServer.StartAsync();
var cs = await server.CreateDatabaseAsync();
await PostgresSchema.ApplyAsync(cs);
await using IChainRunner ours = args.Contains("store") ? new StoreOnly(cs) : await OurFarm.StartAsync(cs);
for (var pass = 0; pass < int.Parse(args.FirstOrDefault() ?? "6"); pass++)
{
    var one = await ours.RunAsync(300, 1);
    var cpu = Environment.CpuUsage.TotalTime;
    var pg = server.CpuTime;
    var many = await ours.RunAsync(3000, 64);
    var used = Environment.CpuUsage.TotalTime - cpu;
    pg = server.CpuTime - pg;
    Console.WriteLine($"p50 {one.Percentile(0.5):0.00} p99 {one.Percentile(0.99):0.0} ms; {many.ChainsPerSecond:0} chains/s {many.ChainsPerSecond * 3:0} steps/s p50 {many.Percentile(0.5):0.0} ms; cpu/chain {used.TotalMilliseconds / 3000:0.00} ms + pg {pg.TotalMilliseconds / 3000:0.00}; {System.Runtime.JitInfo.GetCompilationTime().TotalSeconds:0.0} jit gc {GC.CollectionCount(0)} {GC.GetTotalPauseDuration().TotalMilliseconds:0} ms alloc {GC.GetTotalAllocatedBytes() / 1024 / 1024} MB");
}
