using System.Diagnostics;
using System.Text.RegularExpressions;
using Continuity.Grains.Artifacts.S3;

namespace Continuity.Grains.Tests.Artifacts.S3;

/// <summary>A real S3 server process on the loopback address, with one bucket in a temporary folder. It can be killed and started again.</summary>
public sealed partial class S3Server : IAsyncLifetime, IDisposable
{
    public const string Bucket = "continuity";
    public const string Key = "S3RVER";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly string _folder = Directory.CreateTempSubdirectory("continuity-s3-").FullName;
    private Process? _process;

    public Uri Address { get; private set; } = null!;

    public Task InitializeAsync() => RunAsync("0");

    /// <summary>Options for a store on this server, with a local folder of its own.</summary>
    public S3ArtifactOptions Options(string prefix) => new()
    {
        ServiceUrl = Address.ToString(),
        Bucket = Bucket,
        AccessKey = Key,
        SecretKey = Key,
        Prefix = prefix,
        CacheDirectory = Path.Combine(_folder, "caches", Guid.NewGuid().ToString("N")),
    };

    /// <summary>The file in which the server keeps an object's bytes.</summary>
    public string FileOf(string key) => Path.Combine(_folder, "data", Bucket, key + "._S3rver_object");

    /// <summary>The keys that begin with a prefix, without it.</summary>
    public IEnumerable<string> Keys(string prefix)
    {
        var root = Path.Combine(_folder, "data", Bucket);
        const string Ending = "._S3rver_object";
        return Directory.EnumerateFiles(root, "*" + Ending, SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(root, path)[..^Ending.Length])
            .Where(key => key.StartsWith(prefix, StringComparison.Ordinal))
            .Select(key => key[prefix.Length..])
            .Order(StringComparer.Ordinal);
    }

    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync().WaitAsync(Patience);
        _process.Dispose();
        _process = null;
    }

    public Task RestartAsync() => RunAsync($"{Address.Port}");

    public async Task DisposeAsync()
    {
        if (_process is not null)
        {
            await KillAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    public void Dispose() => _process?.Dispose();

    private async Task RunAsync(string port)
    {
        Directory.CreateDirectory(Path.Combine(_folder, "data"));

        // The server makes its tokens for the next page of a list with a cipher that newer versions of node have switched off.
        var start = new ProcessStartInfo(
            "node",
            ["--openssl-legacy-provider", await S3Package.Program.Value, "-d", Path.Combine(_folder, "data"), "-a", "127.0.0.1", "-p", port, "--no-vhost-buckets", "--configure-bucket", Bucket])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _process = new Process { StartInfo = start };
        var listens = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var errors = new List<string?>();
        _process.OutputDataReceived += (_, line) =>
        {
            if (Listening().Match(line.Data ?? "") is { Success: true } match)
            {
                listens.TrySetResult(match.Groups[1].Value);
            }
        };
        _process.ErrorDataReceived += (_, line) => errors.Add(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        var exited = _process.WaitForExitAsync();
        await Task.WhenAny(listens.Task, exited).WaitAsync(Patience);
        Assert.False(exited.IsCompleted, $"The S3 server ended without listening:\n{string.Join('\n', errors)}");
        Address = new Uri($"http://127.0.0.1:{await listens.Task}/");
    }

    [GeneratedRegex(@"listening on 127\.0\.0\.1:(\d+)")]
    private static partial Regex Listening();
}
