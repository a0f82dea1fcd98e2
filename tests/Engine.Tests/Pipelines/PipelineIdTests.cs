using Continuity.Pipelines;

namespace Continuity.Engine.Tests.Pipelines;

public class PipelineIdTests
{
    [Fact]
    public void NewIdsAreWellFormedAndNeverTheSame()
    {
        var ids = Enumerable.Range(0, 10_000).Select(_ => PipelineId.New().Value).ToList();

        Assert.All(ids, id => Assert.Matches("^[0-9a-hjkmnp-tv-z]{14}$", id));
        Assert.All(ids, id => Assert.True(PipelineId.IsValid(id)));
        Assert.Equal(ids.Count, ids.Distinct().Count());
    }

    [Fact]
    public void NewIdsBeginWithTheTime()
    {
        var before = Ticks();
        var id = PipelineId.New().Value;
        var after = Ticks();

        Assert.InRange(id[..7].Aggregate(0L, (number, digit) => (number * 32) + "0123456789abcdefghjkmnpqrstvwxyz".IndexOf(digit, StringComparison.Ordinal)), before, after);

        static long Ticks() => (TimeProvider.System.GetUtcNow() - new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero)).Ticks / TimeSpan.FromMilliseconds(32).Ticks;
    }
}
