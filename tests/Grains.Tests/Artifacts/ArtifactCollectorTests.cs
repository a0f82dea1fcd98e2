using System.Collections.Immutable;
using System.Reflection;
using Continuity.Artifacts;
using Continuity.Grains.Artifacts;
using Continuity.Grains.Stores;
using Microsoft.Extensions.Time.Testing;

namespace Continuity.Grains.Tests.Artifacts;

public sealed class ArtifactCollectorTests : IDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromHours(24);

    private readonly string _folder = Directory.CreateTempSubdirectory("continuity gc ").FullName;
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private readonly FileArtifactStore _artifacts;
    private readonly HashSet<string> _named = [];
    private readonly IPipelineStore _pipelines = DispatchProxy.Create<IPipelineStore, References>();

    public ArtifactCollectorTests()
    {
        _artifacts = new FileArtifactStore(new FileArtifactOptions { Directory = _folder }, _time);
        Answers.Find = asked => Task.FromResult(asked.Where(_named.Contains).ToImmutableHashSet());
    }

    private References Answers => (References)_pipelines;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Run_DeletesWhatIsOldAndNotNamed()
    {
        var (named, unused) = (await PutAsync("named", Grace + TimeSpan.FromMinutes(5)), await PutAsync("unused", Grace + TimeSpan.FromMinutes(5)));
        _named.Add(named.Sha256);
        var young = await PutAsync("young", Grace - TimeSpan.FromMinutes(1));

        var dry = await RunAsync(dryRun: true);
        var run = await RunAsync();

        Assert.Equal((3, 1, unused.Size, null), (dry.Examined, dry.Deleted, dry.DeletedBytes, dry.Error));
        Assert.Equal((3, 1, unused.Size, null), (run.Examined, run.Deleted, run.DeletedBytes, run.Error));
        Assert.Equal(named.Size + unused.Size + young.Size, run.ExaminedBytes);
        Assert.NotNull(run.EndedAt);
        Assert.True(await HoldsAsync(named));
        Assert.True(await HoldsAsync(young));
        Assert.False(await HoldsAsync(unused));
        Assert.Equal((2, 0), (await RunAsync() is var again ? again.Examined : 0, again.Deleted));
    }

    /// <summary>The result of a task that is recorded a moment after its file was taken for unused.</summary>
    [Fact]
    public async Task PutBetweenTheQuestionAndTheDeletion_KeepsTheFileOfTheResultRecordedAfterwards()
    {
        var artifact = await PutAsync("an old clip that is made again", Grace * 2);
        Answers.Find = async asked =>
        {
            // Asked before the result is recorded, so that the answer is no. Then the attempt stores its file.
            Assert.Contains(artifact.Sha256, asked);
            await PutAsync("an old clip that is made again");
            return [];
        };

        var run = await RunAsync();

        Assert.Equal((1, 0, null), (run.Examined, run.Deleted, run.Error));
        _named.Add(artifact.Sha256);
        Assert.True(await HoldsAsync(artifact));
    }

    [Fact]
    public async Task PutThenManyRunsThenRecorded_TheFileIsStillThere()
    {
        var artifact = await PutAsync("collected early, recorded late");
        for (var hour = 0; hour < 23; hour++)
        {
            Age(artifact, TimeSpan.FromHours(hour));
            Assert.Equal(0, (await RunAsync()).Deleted);
        }

        _named.Add(artifact.Sha256);
        Age(artifact, Grace * 10);

        Assert.Equal(0, (await RunAsync()).Deleted);
        Assert.True(await HoldsAsync(artifact));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(-2)]
    public async Task AClockOfTheSiloThatIsWrong_MakesNothingOldOrYoung(int days)
    {
        var (old, young) = (await PutAsync("old", Grace * 1.5), await PutAsync("young"));
        var again = await PutAsync("stored again", Grace * 1.5);
        var wrong = new FakeTimeProvider(_time.GetUtcNow().AddDays(days));
        var store = new FileArtifactStore(new FileArtifactOptions { Directory = _folder }, wrong);
        await store.PutAsync(new MemoryStream("stored again"u8.ToArray()), "text/plain", CancellationToken.None);

        var run = await new ArtifactCollector(store, _pipelines, wrong)
            .RunAsync(NewRun(dryRun: false) with { StartedAt = wrong.GetUtcNow() }, _ => { }, CancellationToken.None);

        Assert.Equal((3, 1, null), (run.Examined, run.Deleted, run.Error));
        Assert.Equal((false, true, true), (await HoldsAsync(old), await HoldsAsync(young), await HoldsAsync(again)));
    }

    [Fact]
    public async Task AnotherFarmsArtifacts_AreLeftAlone()
    {
        var artifact = await PutAsync("theirs", Grace * 2);
        Assert.Equal("theirs", await _artifacts.ClaimAsync("theirs", CancellationToken.None));

        var run = await RunAsync();

        Assert.Contains("belong to farm theirs", run.Error, StringComparison.Ordinal);
        Assert.Contains(_folder, run.Error, StringComparison.Ordinal);
        Assert.True(await HoldsAsync(artifact));
    }

    [Fact]
    public async Task StoreThatCannotBeAsked_EndsTheRunAndDeletesNothing()
    {
        var artifact = await PutAsync("kept", Grace * 2);
        Answers.Find = _ => throw new Continuity.Pipelines.StoreException("The store is away.", mayPass: true, new IOException());

        var run = await RunAsync();

        Assert.Equal((0, "The store is away."), (run.Deleted, run.Error));
        Assert.True(await HoldsAsync(artifact));
    }

    [Fact]
    public async Task ManyPages_AreAllLookedAt()
    {
        for (var i = 0; i < 1100; i++)
        {
            var hash = RefOf($"{i}");
            var path = Path.Combine(_folder, hash[..2], hash[2..4], hash);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllTextAsync(path, $"{i}");
            File.SetLastWriteTimeUtc(path, (_time.GetUtcNow() - (Grace * 2)).UtcDateTime);
        }

        var reports = new List<long>();

        var run = await new ArtifactCollector(_artifacts, _pipelines, _time).RunAsync(NewRun(dryRun: false), sofar => reports.Add(sofar.Examined), CancellationToken.None);

        Assert.Equal((1100, 1100), (run.Examined, run.Deleted));
        Assert.Equal([500, 1000, 1100], reports);
        Assert.Equal([".owner"], Directory.GetFiles(_folder, "*", SearchOption.AllDirectories).Select(Path.GetFileName));
    }

    private static string RefOf(string text) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)));

    private async Task<ArtifactRef> PutAsync(string text, TimeSpan? age = null)
    {
        var artifact = await _artifacts.PutAsync(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text)), "text/plain", CancellationToken.None);
        if (age is { } time)
        {
            Age(artifact, time);
        }

        return artifact;
    }

    private void Age(ArtifactRef artifact, TimeSpan age) =>
        File.SetLastWriteTimeUtc(Directory.GetFiles(_folder, artifact.Sha256, SearchOption.AllDirectories).Single(), (_time.GetUtcNow() - age).UtcDateTime);

    private ArtifactCollection NewRun(bool dryRun) => new(Guid.NewGuid(), dryRun, Grace, _time.GetUtcNow());

    private Task<ArtifactCollection> RunAsync(bool dryRun = false) =>
        new ArtifactCollector(_artifacts, _pipelines, _time).RunAsync(NewRun(dryRun), _ => { }, CancellationToken.None);

    private Task<bool> HoldsAsync(ArtifactRef artifact) => _artifacts.ExistsAsync(artifact, CancellationToken.None);

    /// <summary>A store of pipelines that answers the two questions of the collection.</summary>
    public class References : DispatchProxy
    {
        public Func<IReadOnlyCollection<string>, Task<ImmutableHashSet<string>>> Find { get; set; } = _ => Task.FromResult<ImmutableHashSet<string>>([]);

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Name switch
        {
            nameof(IPipelineStore.FindReferencedAsync) => Find((IReadOnlyCollection<string>)args![0]!),
            nameof(IPipelineStore.GetFarmIdAsync) => Task.FromResult("ours"),
            _ => throw new NotSupportedException(targetMethod.Name),
        };
    }
}
