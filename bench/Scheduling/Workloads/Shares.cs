namespace Continuity.Bench.Scheduling;

/// <summary>Two owners of equal share, of whom one asks for ten times as much and came first.</summary>
internal static class Shares
{
    private const int Heavy = 1000;
    private const int Light = 100;

    public static IEnumerable<Workload> Create(int seed) =>
    [
        Create(seed, "share", "1,000 stills of one owner, 100 of another a minute later, on 4 GPUs", Catalogue.Flux, Catalogue.Flux),
        Create(seed, "share-2", "the same with a model of its own for each", Catalogue.Flux, Catalogue.WithLora(Catalogue.Ltx, "pan")),
    ];

    private static Workload Create(int seed, string name, string about, Profile heavy, Profile light)
    {
        var list = new TaskList(seed);
        for (var request = 0; request < Heavy; request++)
        {
            list.Add(owner: 0, heavy);
        }

        for (var request = 0; request < Light; request++)
        {
            list.Add(owner: 1, light, releaseAt: 60);
        }

        return new Workload(name, about, Catalogue.Many(4, Catalogue.Rtx4090), list.Tasks) { IsShared = true, IsMixed = !ReferenceEquals(heavy, light) };
    }
}
