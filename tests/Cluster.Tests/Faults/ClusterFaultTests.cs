using Xunit.Abstractions;

namespace Continuity.Cluster.Tests.Faults;

/// <summary>One fault at a random moment of a cluster's work; afterwards every promise must be found kept.</summary>
[Collection(SharedClusterCollection.Name)]
public sealed class ClusterFaultTests(SharedCluster cluster, ITestOutputHelper output)
{
    public static TheoryData<string> ComfyFaults => Turns.Half(
        "comfy-kill-executing",
        "comfy-kill-staged",
        "comfy-hang",
        "comfy-lie",
        "comfy-drop-sockets",
        "comfy-500",
        "comfy-lost-answers",
        "comfy-out-of-memory",
        "comfy-zombie");

    [Theory]
    [InlineData("silo-kill")]
    [InlineData("silo-kill-gpu-queue")]
    [InlineData("silo-kill-all")]
    [InlineData("silo-term")]
    [InlineData("silo-freeze")]
    [InlineData("silo-condemned")]
    public Task Silo(string fault) => cluster.SurvivesAsync(fault, output);

    [NetworkTheory]
    [InlineData("partition-silos")]
    [InlineData("partition-database")]
    public Task Network(string fault) => cluster.SurvivesAsync(fault, output);

    [Theory]
    [MemberData(nameof(ComfyFaults), DisableDiscoveryEnumeration = true)]
    public Task Comfy(string fault) => cluster.SurvivesAsync(fault, output);

    [Theory]
    [InlineData("database-restart")]
    [InlineData("database-crash")]
    public Task Database(string fault) => cluster.SurvivesAsync(fault, output);

    [DiskTheory]
    [InlineData("disk-full-artifacts")]
    [InlineData("disk-full-database")]
    public Task Disk(string fault) => cluster.SurvivesAsync(fault, output);

    [ClockTheory]
    [InlineData("clock-jump")]
    public Task Clock(string fault) => cluster.SurvivesAsync(fault, output);
}
