using System.Globalization;
using System.Net;

using Continuity.Chaos.Processes;

namespace Continuity.Chaos.Networks;

/// <summary>
/// A network of the test's own: a bridge, and on it network namespaces for processes that are to be cut off from each other. Needs root and <c>ip</c>. All
/// of it goes with <see cref="DisposeAsync"/>; what a killed test left behind goes when the next one starts.
/// </summary>
public sealed class TestNetwork : IAsyncDisposable
{
    private const string Prefix = "cty";

    // An address of no machine: what is sent there is lost without a word, as in a network that is cut.
    private const string Nowhere = "02:00:00:00:00:01";

    private readonly string _name;
    private readonly string _subnet;
    private readonly List<string> _namespaces = [];

    private TestNetwork(string name, string subnet) => (_name, _subnet) = (name, subnet);

    /// <summary>Where the test itself is reached from inside.</summary>
    public IPAddress Host => Address(1);

    /// <summary>Why no network can be made here; <see langword="null"/> when one can.</summary>
    public static string? WhyNot()
    {
        if (!Capabilities.HasNetAdmin || !Capabilities.HasSysAdmin)
        {
            return "network namespaces need root";
        }

        var missing = new[] { "ip", "nsenter" }.FirstOrDefault(tool => !Tool.Exists(tool));
        return missing is null ? null : $"there is no program '{missing}' here (Debian: iproute2, util-linux)";
    }

    /// <summary>Makes a network.</summary>
    /// <returns>The network, or why there is none here.</returns>
    public static async Task<(TestNetwork? Network, string Problem)> TryCreateAsync()
    {
        if (WhyNot() is { } reason)
        {
            return (null, reason);
        }

        await RemoveLeftoversAsync();
        var process = Environment.ProcessId;
        var network = new TestNetwork($"{Prefix}{process}", $"10.{200 + (process / 250 % 50)}.{process % 250}");
        try
        {
            await Tool.RunAsync("ip", "link", "add", network._name, "type", "bridge");
            await Tool.RunAsync("ip", "addr", "add", $"{network.Host}/24", "dev", network._name);
            await Tool.RunAsync("ip", "link", "set", network._name, "up");

            // Proves that namespaces can be made here at all.
            await network.AddNamespaceAsync("probe", 250);
            return (network, "");
        }
        catch (ChaosException exception)
        {
            await network.DisposeAsync();
            return (null, $"a network cannot be made here: {exception.Message}");
        }
    }

    /// <summary>Gives the test's own side one more address, so that those inside can be cut off from what listens there and from nothing else.</summary>
    public async Task<IPAddress> AddHostAddressAsync(int number)
    {
        await Tool.RunAsync("ip", "addr", "add", $"{Address(number)}/24", "dev", _name);
        return Address(number);
    }

    /// <summary>Makes a namespace with one address.</summary>
    public async Task<NetworkPlace> AddNamespaceAsync(string label, int number)
    {
        var name = $"{_name}-{label}";
        var link = string.Create(CultureInfo.InvariantCulture, $"{_name}v{number}");
        await Tool.RunAsync("ip", "netns", "add", name);
        _namespaces.Add(name);
        await Tool.RunAsync("ip", "link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", name);
        await Tool.RunAsync("ip", "link", "set", link, "master", _name, "up");
        await Tool.RunAsync("ip", "-n", name, "addr", "add", $"{Address(number)}/24", "dev", "eth0");
        await Tool.RunAsync("ip", "-n", name, "link", "set", "eth0", "up");
        await Tool.RunAsync("ip", "-n", name, "link", "set", "lo", "up");
        return new NetworkPlace(name, Address(number));
    }

    /// <summary>What a place sends to an address is lost from now on, without a word.</summary>
    public Task CutAsync(NetworkPlace from, IPAddress to) =>
        Tool.RunAsync("ip", "-n", from.Namespace, "neigh", "replace", $"{to}", "lladdr", Nowhere, "dev", "eth0", "nud", "permanent");

    /// <summary>Ends <see cref="CutAsync"/>.</summary>
    public Task MendAsync(NetworkPlace from, IPAddress to) => Tool.TryAsync("ip", "-n", from.Namespace, "neigh", "del", $"{to}", "dev", "eth0");

    public async ValueTask DisposeAsync()
    {
        foreach (var name in _namespaces)
        {
            await Tool.TryAsync("ip", "netns", "del", name);
        }

        await Tool.TryAsync("ip", "link", "del", _name);
    }

    private IPAddress Address(int number) => IPAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"{_subnet}.{number}"));

    // Names carry the process that made them.
    private static async Task RemoveLeftoversAsync()
    {
        foreach (var name in Names((await Tool.TryAsync("ip", "netns", "list")).Said, line => line.Split(' ')[0]))
        {
            await Tool.TryAsync("ip", "netns", "del", name);
        }

        foreach (var name in Names((await Tool.TryAsync("ip", "-o", "link", "show", "type", "bridge")).Said, line => line.Split(':') is [_, var found, ..] ? found.Trim() : ""))
        {
            await Tool.TryAsync("ip", "link", "del", name);
        }
    }

    private static IEnumerable<string> Names(string lines, Func<string, string> nameOf) => lines
        .Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(nameOf)
        .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)
            && int.TryParse(name[Prefix.Length..].Split('-')[0], CultureInfo.InvariantCulture, out var process)
            && !Directory.Exists($"/proc/{process}"));
}

/// <summary>A network namespace.</summary>
/// <param name="Namespace">Its name.</param>
/// <param name="Address">The one address in it.</param>
public sealed record NetworkPlace(string Namespace, IPAddress Address);
