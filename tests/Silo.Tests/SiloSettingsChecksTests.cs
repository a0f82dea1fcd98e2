using Microsoft.Extensions.Configuration;

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

    [Fact]
    public void AGpuThatIsOnlyATextIsRefusedAndNotPassedOver()
    {
        var section = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal) { ["Continuity:Gpus:0"] = "http://one:8188", ["Continuity:Gpus:1:Url"] = "http://two:8188" })
            .Build()
            .GetSection(SiloSettings.Section);

        Assert.StartsWith("Continuity:Gpus:0 must be an object", Assert.Single(SiloSettingsChecks.FaultsOfForm(section)), StringComparison.Ordinal);
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

    [Theory]
    [InlineData("10.0.0.11", "http://127.0.0.1:8188", true)]
    [InlineData("10.0.0.11", "http://localhost:8188", true)]
    [InlineData("10.0.0.11", "http://10.0.0.11:8188", false)]
    [InlineData("127.0.0.1", "http://127.0.0.1:8188", false)]
    public void AGpuOfAClusterOfMachinesIsNotNamedByALoopbackAddress(string address, string gpu, bool isRefused)
    {
        var faults = SiloSettingsChecks.Faults(new SiloSettings { Cluster = "Host=db", Address = address, Gpus = { new GpuSettings { Url = gpu } } });

        Assert.Equal(isRefused, faults.Any(fault => fault.Contains("such as http://10.0.0.11:8188, with ComfyUI started with --listen", StringComparison.Ordinal)));
        Assert.Equal(isRefused ? 1 : 0, faults.Count);
    }

    [Fact]
    public void KubernetesNeedsACluster() => Assert.Contains("Continuity:Cluster", Assert.Single(SiloSettingsChecks.Faults(new SiloSettings { Kubernetes = true })));
}
