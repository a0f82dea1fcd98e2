using System.Runtime.Versioning;

using Continuity.Grains.Media;
using Continuity.Grains.Tests.Media;
using Continuity.Pipelines;
using Continuity.Tasks;
using Continuity.Timelines;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Continuity.Grains.Tests.Pipelines;

/// <summary>What is wrong with the machine's ffmpeg, or with the folder it writes to, is held against no task and makes no other film.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class MediaTroubleTests : IDisposable
{
    private const string Full = "#!/bin/sh\necho 'av_interleaved_write_frame(): No space left on device' >&2\nexit 1\n";

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(null, "could not be started")]
    [InlineData(Full, "No space left on device")]
    public async Task AShotThatContinuesAnotherWaitsUntilItsMachineCanTakeTheFrame(string? program, string reason)
    {
        var ffmpeg = _folder.File("ffmpeg");
        if (program is not null)
        {
            await WriteProgramAsync(ffmpeg, program);
        }

        await using var farm = await Farm.StartAsync(silo: host => host.Services.Configure<MediaOptions>(media => media.FfmpegPath = ffmpeg));
        var definition = Pipes.Of(Pipes.Keyframe("k1"), Pipes.Video("v1", "k1"), Pipes.Video("v2", "k1", previous: "v1"));
        await farm.SubmitAsync(definition);

        var waiting = await farm.UntilAsync(definition, snapshot => snapshot.Summary.Status.IsFinal() || snapshot.Tasks[2].Live?.Detail?.Contains("It goes on when", StringComparison.Ordinal) == true);
        Assert.Contains(reason, waiting.Tasks[2].Live?.Detail ?? Farm.Describe(waiting), StringComparison.Ordinal);
        await WriteProgramAsync(ffmpeg, "#!/bin/sh\nexec ffmpeg \"$@\"\n");
        var end = await farm.EndOfAsync(definition);

        Assert.True(end.Summary.Status == PipelineStatus.Completed, Farm.Describe(end));
        Assert.Equal((1, 0), (end.Tasks[2].Row.Attempts, end.Tasks[2].Row.Retries));
        Assert.Equal(("last-frame", "false"), (end.Tasks[2].Row.Result!.Metadata["flf2vSource"], end.Tasks[2].Row.Result!.Metadata["flf2vFallback"]));
    }

    [Fact]
    public async Task AFilmWaitsUntilItsFolderCanBeWritten()
    {
        // A file where the folder should be.
        var blocked = _folder.File("blocked");
        await File.WriteAllTextAsync(blocked, "");
        await using var farm = await Farm.StartAsync(silo: host => host.Services.Configure<MediaOptions>(media => media.TempDirectory = Path.Combine(blocked, "work")));
        var definition = Pipes.Of(Pipes.Keyframe("k1"), Pipes.Video("v1", "k1"), Pipes.Film("film", new TimelineClip("v1")));
        await farm.SubmitAsync(definition);

        var waiting = await farm.UntilAsync(definition, snapshot => snapshot.Summary.Status.IsFinal() || snapshot.Tasks[2].Live?.Detail?.Contains("It goes on when", StringComparison.Ordinal) == true);
        Assert.Contains(blocked, waiting.Tasks[2].Live?.Detail ?? Farm.Describe(waiting), StringComparison.Ordinal);
        File.Delete(blocked);
        var end = await farm.EndOfAsync(definition);

        Assert.True(end.Summary.Status == PipelineStatus.Completed, Farm.Describe(end));
        Assert.Equal((1, 0), (end.Tasks[2].Row.Attempts, end.Tasks[2].Row.Retries));
    }

    [Fact]
    public async Task FilesOfMediaWorkLieInTheDataDirectory()
    {
        await using var farm = await Farm.StartAsync(gpus: 0);

        Assert.Equal(Path.Combine(farm.Data, "media"), farm.Services.GetRequiredService<IOptions<MediaOptions>>().Value.TempDirectory);
    }

    private static async Task WriteProgramAsync(string path, string text)
    {
        // Whole or not at all: it may be started at any moment.
        var part = path + ".part";
        await File.WriteAllTextAsync(part, text);
        File.SetUnixFileMode(part, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.Move(part, path, overwrite: true);
    }
}
