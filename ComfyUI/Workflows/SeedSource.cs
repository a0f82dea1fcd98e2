using System.Security.Cryptography;

namespace Continuity.ComfyUI.Workflows;

/// <summary>Chooses seeds.</summary>
public static class SeedSource
{
    /// <summary>One above the greatest seed: 2^53, because ComfyUI's editor and other readers of JSON keep whole numbers exact only up to there.</summary>
    public const long Limit = 1L << 53;

    /// <summary>Chooses a seed at random.</summary>
    /// <returns>A number from 0 to 2^53 - 1.</returns>
    public static long Next()
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        RandomNumberGenerator.Fill(bytes);
        return BitConverter.ToInt64(bytes) & (Limit - 1);
    }
}
