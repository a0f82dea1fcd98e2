using Continuity.Engine.Pipelines;
using Continuity.Grains.Stores.Postgres;
using Continuity.Pipelines;
using Continuity.Tasks;

namespace Continuity.Bench;

/// <summary>The store alone: what the chain costs without any grain.</summary>
internal sealed class StoreOnly : IChainRunner
{
    private readonly PostgresDatabase _database;
    private readonly PostgresPipelineStore _store;

    public StoreOnly(string cs) { _database = new(cs); _store = new(_database, TimeProvider.System); }
    public string Name => "store";

    public string Durability => "";

    public Task<ChainTimes> RunAsync(int chains, int inFlight) => InFlight.RunAsync(chains, inFlight, async () =>
    {
        var definition = new PipelineDefinition { Id = PipelineId.New(), Name = "Chain", Tasks = OurFarm.Steps, Profiles = OurFarm.Profiles };
        var now = TimeProvider.System.GetUtcNow();
        var state = PipelineState.Create(definition, now);
        if (!await _store.CreateAsync(state))
        {
            throw new InvalidOperationException("The pipeline is there already.");
        }

        foreach (var step in OurFarm.Steps)
        {
            foreach (var t in new Func<Transition?>[] { () => AttemptRules.Begin(state, step.Id, new AttemptRecord(1, now), now), () => AttemptRules.Complete(state, step.Id, 1, new TaskResult(), now) })
            {
                var transition = t()!;
                if (!await _store.SaveAsync(transition))
                {
                    throw new InvalidOperationException("The pipeline is at another version.");
                }

                state.Apply(transition);
            }
        }
    });

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        await _database.DisposeAsync();
    }
}
