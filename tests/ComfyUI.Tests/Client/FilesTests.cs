using System.Text;

using Continuity.ComfyUI.Client;
using Continuity.ComfyUI.Tests.Support;

using Microsoft.Extensions.DependencyInjection;

namespace Continuity.ComfyUI.Tests.Client;

public sealed class FilesTests
{
    [Fact]
    public async Task Upload_ThenOpen_SameBytesUnderTheNameThatTheServerGave()
    {
        await using var rig = await Rig.StartAsync();
        var bytes = Encoding.ASCII.GetBytes(new string('x', 100_000));
        using var content = new MemoryStream(bytes);
        var name = await rig.Client.UploadAsync(content, "mein Bild ä.png", "jobs/7", CancellationToken.None);
        Assert.Equal("jobs/7/mein_Bild__.png", name);
        await using var opened = await rig.Client.OpenOutputAsync(new OutputFile("1", "mein_Bild__.png", "jobs/7", "input"), CancellationToken.None);
        Assert.Equal((100_000, "image/png"), (opened.Length, opened.MediaType));
        using var read = new MemoryStream();
        await opened.Stream.CopyToAsync(read);
        Assert.Equal(bytes, read.ToArray());
    }

    [Fact]
    public async Task Upload_SameNameOtherBytes_KeepsTheFileThatAPromptMayBeReading()
    {
        await using var rig = await Rig.StartAsync();
        var names = new List<string>();
        foreach (var text in (string[])["one", "two", "one"])
        {
            using var content = new MemoryStream(Encoding.ASCII.GetBytes(text));
            names.Add(await rig.Client.UploadAsync(content, "../a.mp4", "", CancellationToken.None));
        }

        Assert.Equal(["a.mp4", "a (1).mp4", "a.mp4"], names);
        await using var opened = await rig.Client.OpenOutputAsync(new OutputFile("1", "a (1).mp4", "", "input"), CancellationToken.None);
        using var reader = new StreamReader(opened.Stream);
        Assert.Equal("two", await reader.ReadToEndAsync());
    }

    [Fact]
    public async Task Upload_TooLarge_RefusedWithTheFix()
    {
        await using var rig = await Rig.StartAsync(options => options.MaxUploadSize = 1000);
        using var content = new MemoryStream(new byte[5000]);
        var failure = await Assert.ThrowsAsync<ComfyRefusedException>(() => rig.Client.UploadAsync(content, "a.png", "", CancellationToken.None));
        Assert.Contains("--max-upload-size", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EnsureInput_IsSentOnceByWhoeverComesFirst()
    {
        await using var rig = await Rig.StartAsync();
        var opened = 0;
        Task<string> EnsureAsync(IComfyClient client) => client.EnsureInputAsync(
            _ =>
            {
                Interlocked.Increment(ref opened);
                return Task.FromResult<Stream>(new MemoryStream(new byte[50_000]));
            },
            50_000,
            "abc.png",
            "continuity",
            CancellationToken.None);

        var names = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => EnsureAsync(rig.Client))));
        await using var other = Rig.Services();
        var again = await EnsureAsync(other.GetRequiredService<IComfyConnections>().Get(rig.Comfy.BaseAddress));

        Assert.Equal(["continuity/abc.png"], names.Append(again).Distinct());
        Assert.Equal((1, 1), (opened, rig.Comfy.Statistics.Uploads));
    }

    [Fact]
    public async Task EnsureInput_ClearedAwayOrCutShort_IsSentAgain()
    {
        await using var rig = await Rig.StartAsync();
        Task<string> EnsureAsync() => rig.Client.EnsureInputAsync(_ => Task.FromResult<Stream>(new MemoryStream(new byte[500])), 500, "abc.png", "continuity", CancellationToken.None);
        var path = Path.Combine(rig.Comfy.DataDirectory, "input", await EnsureAsync());

        File.Delete(path);
        Assert.Equal("continuity/abc.png", await EnsureAsync());
        Assert.Equal(500, new FileInfo(path).Length);

        await File.WriteAllBytesAsync(path, new byte[100]);
        var replacement = Path.Combine(rig.Comfy.DataDirectory, "input", await EnsureAsync());
        Assert.NotEqual(path, replacement);
        Assert.Equal(500, new FileInfo(replacement).Length);
    }

    [Fact]
    public async Task EnsureInput_OneWhoFails_LeavesItToTheNext()
    {
        await using var rig = await Rig.StartAsync();
        var failing = rig.Client.EnsureInputAsync(_ => throw new InvalidOperationException("gone"), 3, "abc.png", "", CancellationToken.None);
        var next = rig.Client.EnsureInputAsync(_ => Task.FromResult<Stream>(new MemoryStream([1, 2, 3])), 3, "abc.png", "", CancellationToken.None);

        await Assert.ThrowsAsync<InvalidOperationException>(() => failing);
        Assert.Equal("abc.png", await next);
    }

    [Fact]
    public async Task OpenOutput_NotThere_FileMissing()
    {
        await using var rig = await Rig.StartAsync();
        await Assert.ThrowsAsync<ComfyFileMissingException>(() => rig.Client.OpenOutputAsync(new OutputFile("1", "gone.png", "", "output"), CancellationToken.None));
    }
}
