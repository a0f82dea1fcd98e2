using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Continuity.Simulator.Tests.Support;

namespace Continuity.Simulator.Tests;

public sealed class FileFactsTests
{
    [Fact]
    public async Task UploadsKeepTheNameForTheSameBytesAndNumberOthers()
    {
        await using var rig = await Rig.StartAsync();

        Assert.Equal("""{"name": "a.png", "subfolder": "", "type": "input"}""", (await rig.UploadAsync("a.png", [1])).Text);
        Assert.Equal("a.png", await NameAsync(rig, "a.png", 1));
        Assert.Equal("a (1).png", await NameAsync(rig, "a.png", 2));
        Assert.Equal("a (1).png", await NameAsync(rig, "a.png", 2));
        Assert.Equal("a.png", await NameAsync(rig, "a.png", 3, ("overwrite", "true")));
        Assert.Equal("a (2).png", await NameAsync(rig, "a.png", 4, ("overwrite", "True")));
    }

    [Fact]
    public async Task UploadsTakeSubfolderAndType()
    {
        await using var rig = await Rig.StartAsync();

        Assert.Equal("""{"name": "b.png", "subfolder": "jobs/7", "type": "input"}""", (await rig.UploadAsync("b.png", [1], ("subfolder", "jobs/7"))).Text);
        Assert.Equal("""{"name": "t.png", "subfolder": "", "type": "temp"}""", (await rig.UploadAsync("t.png", [1], ("type", "temp"))).Text);
        Assert.Equal(500, (await rig.UploadAsync("x.png", [1], ("type", "bogus"))).Status);
    }

    [Theory]
    [InlineData("../up.png", "", 400)]
    [InlineData("sub/in.png", "", 500)]
    [InlineData("x.png", "../../x", 400)]
    [InlineData("x.png", "/etc", 400)]
    public async Task UploadsOutsideTheFolderAreRefused(string name, string subfolder, int status)
    {
        await using var rig = await Rig.StartAsync();

        Assert.Equal(status, (await rig.UploadAsync(name, [1], ("subfolder", subfolder))).Status);
    }

    [Fact]
    public async Task OnlyTheFieldImageIsTaken()
    {
        await using var rig = await Rig.StartAsync();
        using var form = new MultipartFormDataContent { { new ByteArrayContent([1]), "file", "a.png" } };
        using var response = await rig.Http.PostAsync(new Uri("upload/image", UriKind.Relative), form);

        Assert.Equal(400, (int)response.StatusCode);
        Assert.Equal(400, (await rig.PostAsync("upload/image", "{}")).Status);
    }

    [Theory]
    [InlineData("form-data; name=image; filename=net1.png; filename*=utf-8''net1.png", "net1.png")]
    [InlineData("form-data; name=\"image\"; filename=\"net 2.png\"", "net 2.png")]
    [InlineData("form-data; name=image; filename=\"net 3.png\"; filename*=utf-8''net%203.png", "net 3.png")]
    [InlineData("form-data; name=image; filename=\"=?utf-8?B?bmV0w6QucG5n?=\"; filename*=utf-8''net%C3%A4.png", "netä.png")]
    [InlineData("form-data; name=\"image\"; filename=\"netä5.png\"", "netä5.png")]
    [InlineData("form-data; name=\"image\"; filename=\"d%2Fe.png\"", "d%2Fe.png")]
    public async Task FileNamesAreReadAsTheRealServerReadsThem(string disposition, string name)
    {
        await using var rig = await Rig.StartAsync();
        var body = Encoding.UTF8.GetBytes($"--b\r\nContent-Disposition: {disposition}\r\n\r\nx\r\n--b--\r\n");
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=b");
        using var response = await rig.Http.PostAsync(new Uri("upload/image", UriKind.Relative), content);

        Assert.Equal(name, (string)(await Answer.FromAsync(response)).Json["name"]!);
    }

    [Theory]
    [InlineData("a.png")]
    [InlineData("jobs/7/b.png")]
    [InlineData("t.png [temp]")]
    [InlineData("o.png [output]")]
    [InlineData("../input/a.png")]
    public async Task LoadImageTakesAnnotatedNamesAndHasNoTraversalGuard(string name)
    {
        await using var rig = await RigWithFilesAsync();

        Assert.Equal("success", (string)(await rig.RunAsync(Graphs.Load(name)))["status"]!["status_str"]!);
    }

    [Fact]
    public async Task BackslashesAreNoSeparators()
    {
        await using var rig = await RigWithFilesAsync();

        Assert.Equal(400, (await rig.PostPromptAsync(Graphs.Load(@"jobs\7\b.png"))).Status);
    }

    [Fact]
    public async Task GarbageFailsOnlyWhenRun()
    {
        await using var rig = await Rig.StartAsync();
        await rig.UploadAsync("bad.png", [1, 2, 3]);

        var error = (await rig.RunAsync(Graphs.Load("bad.png")))["status"]!["messages"]!.AsArray()[^1]![1]!;

        Assert.Equal("PIL.UnidentifiedImageError", (string)error["exception_type"]!);
        Assert.Equal($"cannot identify image file '{rig.Comfy.DataDirectory}/input/bad.png'\n", (string)error["exception_message"]!);
    }

    [Fact]
    public async Task InputFilesAreListedInObjectInfo()
    {
        await using var rig = await RigWithFilesAsync();
        await rig.UploadAsync("v.mp4", [1]);

        Assert.Equal("""["a.png"]""", (await rig.JsonAsync("object_info/LoadImage"))["LoadImage"]!["input"]!["required"]!["image"]![0]!.ToJsonString());
        Assert.Equal("""["v.mp4"]""", (await rig.JsonAsync("object_info/LoadVideo"))["LoadVideo"]!["input"]!["required"]!["file"]![1]!["options"]!.ToJsonString());
    }

    [Theory]
    [InlineData("../../evil")]
    [InlineData("/evil")]
    public async Task APrefixOutsideTheOutputFolderFailsWhenRun(string prefix)
    {
        await using var rig = await Rig.StartAsync();

        var error = (await rig.RunAsync(Graphs.Empty(prefix)))["status"]!["messages"]!.AsArray()[^1]![1]!;

        Assert.StartsWith("**** ERROR: Saving image outside the output folder is not allowed.\n full_output_folder: /", (string)error["exception_message"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("d/%width%x%height%", "64x32_00001_.png", "d")]
    [InlineData("%date:yyyy%", "%date:yyyy%_00001_.png", "")]
    [InlineData("", "._00001_.png", "")]
    public async Task PrefixesHavePlaceholders(string prefix, string file, string subfolder)
    {
        await using var rig = await Rig.StartAsync();

        var image = (await rig.RunAsync(Graphs.Empty(prefix)))["outputs"]!["2"]!["images"]![0]!;

        Assert.Equal((file, subfolder), ((string)image["filename"]!, (string)image["subfolder"]!));
    }

    [Fact]
    public async Task TheNumberIsTheHighestOnDiskPlusOneWhoeverPutOrTookFiles()
    {
        await using var rig = await Rig.StartAsync();
        var folder = Path.Combine(rig.Comfy.DataDirectory, "output", "n");
        async Task<string> SaveAsync(int color) =>
            (string)(await rig.RunAsync(Graphs.Empty("n/k", color)))["outputs"]!["2"]!["images"]![0]!["filename"]!;

        Assert.Equal("k_00001_.png", await SaveAsync(1));
        Assert.Equal("k_00002_.png", await SaveAsync(2));
        File.Delete(Path.Combine(folder, "k_00001_.png"));
        Assert.Equal("k_00003_.png", await SaveAsync(3));
        File.Delete(Path.Combine(folder, "k_00003_.png"));
        Assert.Equal("k_00003_.png", await SaveAsync(4));
        await File.WriteAllBytesAsync(Path.Combine(folder, "k_00004_.png"), []);
        Assert.Equal("k_00005_.png", await SaveAsync(5));
        Directory.Delete(folder, recursive: true);
        Assert.Equal("k_00001_.png", await SaveAsync(6));
    }

    [Fact]
    public async Task PreviewImageWritesToTempAndKeepsItsPrefix()
    {
        await using var rig = await Rig.StartAsync();
        var graph = new JsonObject { ["1"] = Graphs.Image(batch: 2), ["2"] = Graphs.Node("PreviewImage", ("images", Graphs.Link("1"))) };

        var images = (await rig.RunAsync(graph))["outputs"]!["2"]!["images"]!.AsArray();

        Assert.Equal(2, images.Count);
        Assert.Matches("^ComfyUI_temp_[a-z]{5}_00001_.png$", (string)images[0]!["filename"]!);
        Assert.Equal("temp", (string)images[0]!["type"]!);
    }

    private static async Task<Rig> RigWithFilesAsync()
    {
        var rig = await Rig.StartAsync();
        await rig.UploadAsync("a.png", TestFiles.Png(1));
        await rig.UploadAsync("b.png", TestFiles.Png(1), ("subfolder", "jobs/7"));
        await rig.UploadAsync("t.png", TestFiles.Png(1), ("type", "temp"));
        await rig.UploadAsync("o.png", TestFiles.Png(1), ("type", "output"));
        return rig;
    }

    private static async Task<string> NameAsync(Rig rig, string name, byte content, params (string Key, string Value)[] fields) =>
        (string)(await rig.UploadAsync(name, [content], fields)).Json["name"]!;
}
