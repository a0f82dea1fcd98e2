namespace Continuity.Bench.Scheduling;

/// <summary>
/// Twenty requests at once, with stand-in models of which a GPU holds one: 0.62 s a prompt, 2 s a load, the first model loaded everywhere. The same bursts were measured with two real
/// ComfyUI 0.3.64 on one machine: a dispatcher that is FIFO took 51.1 s on one GPU and 16.4 s on two with two models in turn, 40.9 and 19.6 s with three at random; with affinity 16.7
/// and 9.0, 20.7 and 10.3 s (each stages one prompt, which a FIFO of this program does not). SwarmUI's times stand at <see cref="SwarmUi"/>.
/// </summary>
internal static class Bursts
{
    private const string InTurn = "ABABABABABABABABABAB";
    private const string AtRandom = "BABCAACABCACAAABBAAA";

    public static IEnumerable<Workload> Create() =>
    [
        Create("turns-1", "20 short requests for two models in turn, on one GPU", InTurn, gpus: 1),
        Create("turns-2", "the same on two GPUs", InTurn, gpus: 2),
        Create("random-1", "20 short requests for three models at random, on one GPU", AtRandom, gpus: 1),
        Create("random-2", "the same on two GPUs", AtRandom, gpus: 2),
    ];

    private static Workload Create(string name, string about, string pattern, int gpus)
    {
        var profiles = "ABC".ToDictionary(letter => letter, letter => new Profile($"stand-in {letter}", 0.62, new Model($"stand-in {letter}", 1, 2)));
        var list = new TaskList(seed: 0);
        foreach (var letter in pattern)
        {
            list.AddExactly(owner: 0, profiles[letter]);
        }

        return new Workload(name, about, Catalogue.Many(gpus, new GpuKind("stand-in", 1, 1)), list.Tasks) { Warm = profiles['A'], HasSwaps = true };
    }
}
