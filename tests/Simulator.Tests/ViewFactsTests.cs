using System.Net.Http.Headers;
using Continuity.Simulator.Tests.Support;
using SkiaSharp;

namespace Continuity.Simulator.Tests;

public sealed class ViewFactsTests
{
    [Theory]
    [InlineData("view?filename=missing.png", 404)]
    [InlineData("view", 404)]
    [InlineData("view?filename=", 400)]
    [InlineData("view?filename=a.bin&type=bogus", 400)]
    [InlineData("view?filename=../x&type=input", 400)]
    [InlineData("view?filename=a.bin&type=input&subfolder=../..", 403)]
    [InlineData("view?filename=jobs/a.bin&type=input", 200)]
    [InlineData("view?filename=a.bin", 404)]
    public async Task StatusCodes(string path, int status)
    {
        await using var rig = await Rig.StartAsync();
        await rig.UploadAsync("a.bin", [1], ("subfolder", ""));

        var answer = await rig.GetAsync(path);

        // A folder inside the file name is cut off: only the last part is looked for.
        Assert.Equal(status, answer.Status);
        if (status != 200)
        {
            Assert.Equal(("application/octet-stream", 0), (answer.ContentType, answer.Bytes.Length));
        }
    }

    [Fact]
    public async Task AFileComesWithLengthTagDateRangesAndDisposition()
    {
        await using var rig = await Rig.StartAsync();
        await rig.UploadAsync("v.mp4", [.. Enumerable.Range(0, 200).Select(i => (byte)i)]);

        var answer = await rig.GetAsync("view?filename=v.mp4&type=input");

        Assert.Equal(("video/mp4", 200L), (answer.ContentType, answer.ContentHeaders.ContentLength));
        Assert.Matches("^\"[0-9a-f]{16}-c8\"$", answer.Headers.ETag!.Tag);
        Assert.NotNull(answer.ContentHeaders.LastModified);
        Assert.Equal("bytes", Assert.Single(answer.Headers.AcceptRanges));
        Assert.Equal("filename=\"v.mp4\"", answer.ContentHeaders.GetValues("Content-Disposition").Single());
    }

    [Theory]
    [InlineData("preview=webp;75", "image/webp")]
    [InlineData("preview=jpeg", "image/jpeg")]
    [InlineData("preview=jpeg;75&channel=rgba", "image/webp")]
    [InlineData("channel=rgb", "image/png")]
    [InlineData("channel=a", "image/png")]
    public async Task PreviewsAndChannelsAreEncodedAnew(string query, string type)
    {
        await using var rig = await Rig.StartAsync();
        await rig.UploadAsync("p.png", TestFiles.Png(77));

        var answer = await rig.GetAsync($"view?filename=p.png&type=input&{query}");

        Assert.Equal((200, type, "filename=\"p.png\""), (answer.Status, answer.ContentType, answer.ContentHeaders.GetValues("Content-Disposition").Single()));
        Assert.Null(answer.Headers.ETag);
        using var picture = SKBitmap.Decode(answer.Bytes);
        Assert.NotNull(picture);
    }

    [Fact]
    public async Task RangesHeadAndIfNoneMatchWork()
    {
        await using var rig = await Rig.StartAsync();
        await rig.UploadAsync("v.mp4", [.. Enumerable.Range(0, 200).Select(i => (byte)i)]);
        var tag = (await rig.GetAsync("view?filename=v.mp4&type=input")).Headers.ETag!;

        var part = await SendAsync(rig, HttpMethod.Get, r => r.Range = new RangeHeaderValue(0, 99));
        var head = await SendAsync(rig, HttpMethod.Head, _ => { });
        var same = await SendAsync(rig, HttpMethod.Get, r => r.IfNoneMatch.Add(tag));

        Assert.Equal((206, 100, "bytes 0-99/200"), (part.Status, part.Bytes.Length, part.ContentHeaders.ContentRange!.ToString()));
        Assert.Equal((200, 0, 200L), (head.Status, head.Bytes.Length, head.ContentHeaders.ContentLength));
        Assert.Equal((304, 0), (same.Status, same.Bytes.Length));
    }

    private static async Task<Answer> SendAsync(Rig rig, HttpMethod method, Action<HttpRequestHeaders> configure)
    {
        using var request = new HttpRequestMessage(method, new Uri("view?filename=v.mp4&type=input", UriKind.Relative));
        configure(request.Headers);
        using var response = await rig.Http.SendAsync(request);
        return await Answer.FromAsync(response);
    }
}
