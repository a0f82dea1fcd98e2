using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

using Continuity.ComfyUI.Client;
using Continuity.Gpu;

namespace Continuity.Grains.Gpu;

/// <summary>Makes what a ComfyUI tells of its nodes into what the pool compares.</summary>
internal static class CapabilityReading
{
    public static GpuCapabilities Read(NodeCatalogue catalogue, long vramTotal)
    {
        // Dozens of nodes offer one and the same folder, which may hold thousands of files: each list is kept, hashed and sent once.
        var lists = new Dictionary<ImmutableArray<string>, (ImmutableHashSet<string> Values, string Hash)>(SameValues.Instance);
        var choices = ImmutableDictionary.CreateBuilder<NodeInputName, ImmutableHashSet<string>>();
        var content = new StringBuilder().Append(vramTotal);
        foreach (var node in catalogue.Classes.Values.OrderBy(node => node.Name, StringComparer.Ordinal))
        {
            content.Append('\n').Append(node.Name);
            foreach (var input in node.Inputs.Values.Where(IsFixed).OrderBy(input => input.Name, StringComparer.Ordinal))
            {
                var values = input.AllowedValues!.Value;
                if (!lists.TryGetValue(values, out var list))
                {
                    lists[values] = list = ([.. values.Select(value => value.Replace('\\', '/'))], Hash(string.Join('\0', values.Order(StringComparer.Ordinal))));
                }

                choices[new NodeInputName(node.Name, input.Name)] = list.Values;
                content.Append('\t').Append(input.Name).Append(list.Hash);
            }
        }

        return new GpuCapabilities
        {
            Version = Hash(content.ToString()),
            NodeClasses = catalogue.Names,
            Choices = choices.ToImmutable(),
            VramTotal = vramTotal,
        };
    }

    // The lists of pictures that users upload grow all the time, and the farm uploads what it needs.
    private static bool IsFixed(NodeInput input) => input is { AllowedValues: not null, IsUpload: false };

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 12));

    private sealed class SameValues : IEqualityComparer<ImmutableArray<string>>
    {
        public static readonly SameValues Instance = new();

        public bool Equals(ImmutableArray<string> x, ImmutableArray<string> y) => x.AsSpan().SequenceEqual(y.AsSpan());

        public int GetHashCode(ImmutableArray<string> obj) =>
            obj.IsEmpty ? 0 : HashCode.Combine(obj.Length, StringComparer.Ordinal.GetHashCode(obj[0]), StringComparer.Ordinal.GetHashCode(obj[^1]));
    }
}
