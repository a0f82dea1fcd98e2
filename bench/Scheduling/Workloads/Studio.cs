namespace Continuity.Bench.Scheduling;

/// <summary>
/// The user of Comfy-Org/comfy-api-proxy issue 18: about 23,000 jobs in 13.5 days on one GPU of 48 GB and one of 32 GB, for 2,700 characters, where the second phase works on what the first
/// one made; about 100 s a job, and 12,700 of them on the faster GPU against 10,100. How the time divides between the phases, and that characters come at an even pace, is assumed. Both
/// model sets fit into 48 GB together, and do not into 32 GB.
/// </summary>
internal static class Studio
{
    private const int Characters = 2700;
    private const int Items = 11_500;
    private const double Apart = 420;

    public static Workload Create(int seed)
    {
        var first = new Profile("character still", 75, [.. Catalogue.Flux.Models]);
        var second = new Profile("character clip", 125, [.. Catalogue.Wan.Models]);
        var list = new TaskList(seed);
        for (var item = 0; item < Items; item++)
        {
            var at = (long)item * Characters / Items * Apart;
            list.Add(owner: 0, second, at, list.Add(owner: 0, first, at));
        }

        // Together twice the speed of one, in the proportion of their jobs.
        var slow = 2 * 10_100.0 / 22_800;
        return new Workload("studio", "23,000 jobs in two phases, 2,700 characters one after another, on two unlike GPUs", [new GpuKind("48 GB", 48, 2 - slow), new GpuKind("32 GB", 32, slow)], list.Tasks)
        {
            IsMixed = true,
        };
    }
}
