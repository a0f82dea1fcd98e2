namespace Continuity.Bench.Scheduling;

/// <summary>Mixes that are made to hurt: each is the weak side of some dispatcher.</summary>
internal static class Mixes
{
    private static readonly IReadOnlyList<Profile> Six =
        [Catalogue.Flux, Catalogue.Krea, Catalogue.Sdxl, Catalogue.Anime, Catalogue.Ltx, Catalogue.WithLora(Catalogue.Flux, "pastel")];

    public static IEnumerable<Workload> Create(int seed) =>
        [Night(seed), Drafts(seed), Stills(seed), Stream(seed), Rare(seed), Loras(seed), OneWarm(seed), Unlike(seed)];

    // What was put off until the night: whoever serves in the order of arrival loads a model for nearly every one.
    private static Workload Night(int seed)
    {
        var list = new TaskList(seed);
        for (var request = 0; request < 1200; request++)
        {
            list.Add(list.Random.Next(5), Six[list.Random.Next(Six.Count)]);
        }

        return new Workload("night", "1,200 requests at once of five users for six workflows at random, on 4 GPUs", Catalogue.Many(4, Catalogue.Rtx4090), list.Tasks) { IsMixed = true, HasSwaps = true };
    }

    // The same in few steps, to choose from: loads outweigh the work by far.
    private static Workload Drafts(int seed)
    {
        var few = Six.Select(Catalogue.InFewSteps).ToList();
        var list = new TaskList(seed);
        for (var request = 0; request < 1200; request++)
        {
            list.Add(list.Random.Next(5), few[list.Random.Next(few.Count)]);
        }

        return new Workload("drafts", "the same in few steps", Catalogue.Many(4, Catalogue.Rtx4090), list.Tasks) { IsMixed = true, HasSwaps = true };
    }

    // The same as at night, over the day.
    private static Workload Stills(int seed)
    {
        var list = new TaskList(seed);
        var at = 0.0;
        for (var request = 0; request < 2000; request++)
        {
            // 85 % of what four GPUs can do that never load.
            at += -Math.Log(1 - list.Random.NextDouble()) * Six.Average(profile => profile.WorkSeconds) / 4 / 0.85;
            list.Add(list.Random.Next(5), Six[list.Random.Next(Six.Count)], at);
        }

        return new Workload("stills", "2,000 requests of five users for the workflows of the night over 4 hours, on 4 GPUs", Catalogue.Many(4, Catalogue.Rtx4090), list.Tasks)
        {
            IsMixed = true,
            HasSwaps = true,
        };
    }

    // Waiting a little for more of the same pays off.
    private static Workload Stream(int seed)
    {
        var list = new TaskList(seed);
        for (var request = 0; request < 400; request++)
        {
            list.Add(owner: 0, request % 2 == 0 ? Catalogue.Flux : Catalogue.Ltx, request * 37.0);
        }

        return new Workload("stream", "400 requests for two models in turn, one every 37 s, on one GPU", Catalogue.Many(1, Catalogue.Rtx4090), list.Tasks) { IsMixed = true, HasSwaps = true };
    }

    // Requests for the loaded model never end: a dispatcher that always prefers it never comes to the other.
    private static Workload Rare(int seed)
    {
        var list = new TaskList(seed);
        for (var request = 0; request < 1200; request++)
        {
            list.Add(owner: 0, Catalogue.Sdxl, request * 6.0);
            if (request % 100 == 10)
            {
                list.Add(owner: 0, Catalogue.Wan, request * 6.0);
            }
        }

        return new Workload("rare", "a stream of stills that keeps two GPUs busy for 2 hours, and a video now and then", Catalogue.Many(2, Catalogue.Rtx4090), list.Tasks) { IsMixed = true };
    }

    // As seen in kind_robots pull request 2521: two heavy models, but seven sets of files when LoRAs count.
    private static Workload Loras(int seed)
    {
        Profile[] profiles =
        [
            Catalogue.Flux, Catalogue.WithLora(Catalogue.Flux, "pastel"), Catalogue.WithLora(Catalogue.Flux, "noir"), Catalogue.WithLora(Catalogue.Flux, "ink"),
            Catalogue.Ltx, Catalogue.WithLora(Catalogue.Ltx, "pan"), Catalogue.WithLora(Catalogue.Ltx, "zoom"),
        ];
        var list = new TaskList(seed);
        for (var request = 0; request < 230; request++)
        {
            list.Add(owner: 0, profiles[list.Random.Next(profiles.Length)]);
        }

        return new Workload("loras", "230 requests at once for two models with five LoRAs, on 2 GPUs", Catalogue.Many(2, Catalogue.Rtx4090), list.Tasks) { IsMixed = true, HasSwaps = true };
    }

    // As seen in mold pull request 438: to wait for the GPU that has the model leaves the others idle.
    private static Workload OneWarm(int seed)
    {
        var list = new TaskList(seed);
        for (var request = 0; request < 24; request++)
        {
            list.Add(owner: 0, Catalogue.Ltx);
        }

        return new Workload("one-warm", "24 clips at once on 4 GPUs, of which one holds the model", Catalogue.Many(4, Catalogue.Rtx4090), list.Tasks) { Warm = Catalogue.Ltx, WarmGpus = 1 };
    }

    // As seen in SwarmUI issue 247: a slow GPU holds a job that a fast one would long have done.
    private static Workload Unlike(int seed)
    {
        var list = new TaskList(seed);
        for (var request = 0; request < 41; request++)
        {
            list.Add(owner: 0, Catalogue.Sdxl);
        }

        return new Workload("unlike", "41 stills at once on a fast GPU and one of an eighth of its speed", [new GpuKind("slow", 8, 28.0 / 18 / 8), Catalogue.Rtx5090], list.Tasks);
    }
}
