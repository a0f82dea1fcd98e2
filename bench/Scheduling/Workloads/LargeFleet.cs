namespace Continuity.Bench.Scheduling;

/// <summary>A thousand GPUs of three kinds and forty films of 625 shots.</summary>
internal static class LargeFleet
{
    private const int Films = 40;
    private const int Shots = 625;
    private const double Apart = 60;

    public static Workload Create(int seed)
    {
        var list = new TaskList(seed);
        var sets = Directors.Sets();
        for (var film = 0; film < Films; film++)
        {
            for (var shot = 0; shot < Shots; shot++)
            {
                list.AddShot(film, film * Apart, sets[film % sets.Count].Keyframe, sets[film % sets.Count].Video);
            }
        }

        return new Workload(
            "fleet",
            "1,000 GPUs of three kinds, 100,000 tasks of forty films, one a minute",
            [.. Catalogue.Many(600, Catalogue.Rtx4090), .. Catalogue.Many(300, Catalogue.Rtx5090), .. Catalogue.Many(100, Catalogue.Rtx3090)],
            list.Tasks)
        {
            IsMixed = true,
        };
    }
}
