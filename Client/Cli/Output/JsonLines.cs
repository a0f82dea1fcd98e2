using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Continuity.Cli.Output;

/// <summary>Writes one JSON object a line, each flushed at once, so that a reader sees it as it happens.</summary>
internal sealed class JsonLines(TextWriter output)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // read by programs, not embedded in web pages
    };

    public void Write<T>(T line)
    {
        output.WriteLine(JsonSerializer.Serialize(line, Options));
        output.Flush();
    }
}
