using System.Text.Json;

namespace Continuity.Grains.Hosting;

/// <summary>Where the owner of a data directory can be reached. Other commands on the same directory connect there.</summary>
/// <param name="Pid">The owner's process.</param>
/// <param name="GatewayPort">Its Orleans gateway on the loopback address.</param>
/// <param name="ClusterId">Its cluster id, new in every run, so that a stale file never leads to somebody else's silo on a reused port.</param>
internal sealed record Endpoint(int Pid, int GatewayPort, string ClusterId)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Reads the owner's file.</summary>
    /// <returns>The endpoint, or <see langword="null"/> when there is none (yet).</returns>
    public static Endpoint? TryRead(DataDirectory data)
    {
        try
        {
            return JsonSerializer.Deserialize<Endpoint>(File.ReadAllBytes(data.EndpointPath), Json);
        }
        catch (Exception error) when (error is IOException or JsonException) // not there yet, or a broken file of a killed process
        {
            return null;
        }
    }

    public void Write(DataDirectory data)
    {
        var part = data.EndpointPath + ".part";
        File.WriteAllBytes(part, JsonSerializer.SerializeToUtf8Bytes(this, Json));
        File.Move(part, data.EndpointPath, overwrite: true);
    }
}
