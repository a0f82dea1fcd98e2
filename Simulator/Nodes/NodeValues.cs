using System.Numerics;
using Continuity.Simulator.Json;
using Continuity.Simulator.Media;

namespace Continuity.Simulator.Nodes;

/// <summary>What a node returns: its output values, and what output nodes show.</summary>
internal sealed record NodeOutput(object?[] Values, PyDict? Ui = null)
{
    public static NodeOutput Of(params object?[] values) => new(values);
}

/// <summary>A node's object in the real server; here it only holds the prefix that PreviewImage makes up when created.</summary>
internal sealed record NodeObject(string RandomPrefix);

/// <summary>A value that stops the nodes that get it, without failing the prompt.</summary>
internal sealed record ExecutionBlocker(string? Message);

/// <summary>A model and the files it is made of.</summary>
internal sealed record ModelValue(string Kind, params (string Folder, string File)[] Files);

/// <summary>Conditioning: the text is all that the painter needs.</summary>
internal sealed record Conditioning(string Text);

/// <summary>A latent: its size in pixels and what it will show when decoded.</summary>
internal sealed record Latent(int Width, int Height, int Length, int Batch)
{
    public Picture? Content { get; init; }

    public Picture? Start { get; init; }

    public Picture? End { get; init; }

    public bool IsVideo { get; init; }

    public int Frames => IsVideo ? Length * Batch : Batch;
}

/// <summary>A guider of a custom sampler.</summary>
internal sealed record Guider(ModelValue Model, Conditioning Conditioning);

/// <summary>Noise of a custom sampler.</summary>
internal sealed record Noise(BigInteger Seed);

/// <summary>The steps of a custom sampler.</summary>
internal sealed record Sigmas(int Steps);

/// <summary>A video: pictures at a rate, or a file as it is.</summary>
internal sealed record VideoValue(Picture? Images, double Fps, string? File)
{
    public Sound? Sound { get; init; }
}

/// <summary>A value without content: a mask, a sampler, an embedding.</summary>
internal sealed record Opaque(string Kind);

/// <summary>How a failed node's inputs are shown.</summary>
internal static class ValueText
{
    public static object? Format(object? value) => value switch
    {
        null or bool or long or double or string or BigInteger => value,
        Picture => Tensor,
        Latent => "{'samples': " + Tensor + "}",
        Conditioning => "[[" + Tensor + ", {'pooled_output': None}]]",
        ModelValue model => $"<comfy.{model.Kind} object at 0x7f3c5c0d2e50>",
        IEnumerable<object?> => PyText.Repr(value),
        PyDict => PyText.Repr(value),
        _ => $"<{value.GetType().Name} object at 0x7f3c5c0d2e50>",
    };

    private static string Tensor
    {
        get
        {
            const string Row = "[0., 0., 0.]";
            var block = "[" + string.Join(",\n          ", Row, Row, Row, "...", Row, Row, Row) + "]";
            var blocks = string.Join(",\n\n         ", block, block, block, "...", block, block, block);
            return "tensor([[" + blocks + "]])";
        }
    }
}
