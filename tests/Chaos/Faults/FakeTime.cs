namespace Continuity.Chaos.Faults;

/// <summary>The library that lies to a process about the time.</summary>
public static class FakeTime
{
    /// <summary>Where it is; <see langword="null"/> when it is not installed.</summary>
    public static string? Library { get; } = new[] { "x86_64-linux-gnu", "aarch64-linux-gnu" }
        .Select(machine => $"/usr/lib/{machine}/faketime/libfaketimeMT.so.1")
        .FirstOrDefault(File.Exists);

    /// <summary>Why it cannot be used here; <see langword="null"/> when it can.</summary>
    public static string? WhyNot() => Library is null ? "there is no libfaketime here (Debian: libfaketime)" : null;
}
