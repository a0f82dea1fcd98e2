namespace Continuity.Bench.Scheduling;

/// <summary>Five directors, each with a look of their own, who come while the films of the others are being made.</summary>
internal static class Directors
{
    private const double Apart = 480;

    public static Workload Create(int seed)
    {
        var list = new TaskList(seed);
        var sets = Sets();
        for (var director = 0; director < sets.Count; director++)
        {
            for (var shot = 0; shot < 24; shot++)
            {
                list.AddShot(director, director * Apart, sets[director].Keyframe, sets[director].Video);
            }
        }

        return new Workload("directors", "five directors with other models each, 24 shots each, one every 8 minutes, on 4 GPUs", Catalogue.Many(4, Catalogue.Rtx4090), list.Tasks)
        {
            IsMixed = true,
            HasSwaps = true,
        };
    }

    /// <summary>Which models a director works with.</summary>
    public static IReadOnlyList<(Profile Keyframe, Profile Video)> Sets() =>
    [
        (Catalogue.Flux, Catalogue.Wan),
        (Catalogue.Sdxl, Catalogue.Ltx),
        (Catalogue.Krea, Catalogue.WithLora(Catalogue.Wan, "wan-noir")),
        (Catalogue.WithLora(Catalogue.Anime, "ink"), Catalogue.WithLora(Catalogue.Ltx, "ltx-ink")),
        (Catalogue.WithLora(Catalogue.Flux, "pastel"), Catalogue.Wan),
    ];
}
