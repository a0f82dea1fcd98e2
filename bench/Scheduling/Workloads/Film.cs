namespace Continuity.Bench.Scheduling;

/// <summary>One film, all of it submitted at once.</summary>
internal static class Film
{
    public static Workload Create(int seed)
    {
        var list = new TaskList(seed);
        for (var shot = 0; shot < 60; shot++)
        {
            list.AddShot(owner: 0, releaseAt: 0, Catalogue.Flux, Catalogue.Wan);
        }

        return new Workload("film", "one film of 60 shots, four steps each, on 4 GPUs", Catalogue.Many(4, Catalogue.Rtx4090), list.Tasks) { IsMixed = true };
    }
}
