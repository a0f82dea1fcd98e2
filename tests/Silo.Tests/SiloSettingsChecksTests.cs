namespace Continuity.Silo.Tests;

public sealed class SiloSettingsChecksTests
{
    [Fact]
    public void NothingIsWrongWithTheDefaults() => Assert.Empty(SiloSettingsChecks.Faults(new SiloSettings()));

    [Fact]
    public void EveryFaultIsToldAtOnceWithItsSetting()
    {
        var settings = new SiloSettings
        {
            Data = " ",
            Address = "localhost",
            SiloPort = 0,
            GatewayPort = 70_000,
            DeathVotes = 0,
            Cluster = "Hots=db",
            Gpus = { new GpuSettings { Url = "http://fine:8188" }, new GpuSettings { Url = "ftp://wrong" } },
        };

        var faults = SiloSettingsChecks.Faults(settings);

        Assert.Equal(
            ["Continuity:Data", "Continuity:Address", "Continuity:SiloPort", "Continuity:GatewayPort", "Continuity:DeathVotes", "Continuity:Cluster", "Continuity:Gpus:1:Url"],
            faults.Select(fault => fault.Split(' ')[0]));
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    public void AnAddressThatNobodyCanReachIsRefused(string address) =>
        Assert.Contains("--address", Assert.Single(SiloSettingsChecks.Faults(new SiloSettings { Address = address })));

    [Fact]
    public void ThePasswordOfAWrongConnectionStringIsNotTold()
    {
        var faults = SiloSettingsChecks.Faults(new SiloSettings { Cluster = "Database=continuity;Password=s3cret" });

        Assert.Contains("Host=", Assert.Single(faults));
        Assert.DoesNotContain(faults, fault => fault.Contains("s3cret", StringComparison.Ordinal));
    }

    [Fact]
    public void KubernetesNeedsACluster() => Assert.Contains("Continuity:Cluster", Assert.Single(SiloSettingsChecks.Faults(new SiloSettings { Kubernetes = true })));
}
