using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;

namespace Continuity.ComfyUI.Client;

/// <summary>Puts files into an instance's input folder.</summary>
internal sealed partial class FileUploader(ComfyHttp http, ComfyClientOptions options, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    public async Task<string> UploadAsync(Stream content, string fileName, string subfolder, CancellationToken cancellationToken)
    {
        var start = content.CanSeek ? content.Position : 0;
        for (var retry = 1; ; retry++)
        {
            try
            {
                return await TryUploadAsync(content, SafeName(fileName), SafeFolder(subfolder), cancellationToken);
            }
            catch (ComfyUnreachableException) when (content.CanSeek && retry <= options.TransferRetries)
            {
                content.Position = start;
                await Task.Delay(Pause * retry, time, cancellationToken);
            }
        }
    }

    /// <summary>A file name that no file system and no header takes amiss.</summary>
    internal static string SafeName(string fileName)
    {
        var name = AwkwardCharacters().Replace(Path.GetFileName(fileName.Replace('\\', '/')), "_").TrimStart('.');
        return name.Length > 0 ? name : "file";
    }

    /// <summary>A folder inside another one.</summary>
    internal static string SafeFolder(string subfolder) => string.Join('/', subfolder.Replace('\\', '/').Split('/', StringSplitOptions.RemoveEmptyEntries)
        .Where(part => part is not ("." or "..")).Select(SafeName));

    private async Task<string> TryUploadAsync(Stream content, string fileName, string subfolder, CancellationToken cancellationToken)
    {
        // Neither is disposed: that would dispose the caller's stream, which may be needed again.
        var file = new StreamContent(content);
        file.Headers.ContentType = new(Artifacts.MediaTypes.OfFileName(fileName));

        // Videos too go into the field "image". Nothing is overwritten: a prompt may be reading a file of this name just now. Equal bytes keep the name and leave
        // the file as it is; other bytes get another name, which the answer tells.
        var form = new MultipartFormDataContent { { Named(file, "image", fileName) }, { Named(new StringContent("input"), "type") } };
        if (subfolder.Length > 0)
        {
            form.Add(Named(new StringContent(subfolder), "subfolder"));
        }

        var request = new HttpRequestMessage(HttpMethod.Post, http.At("upload/image")) { Content = form };
        var (response, body) = await http.SendAndReadAsync(request, options.UploadTimeout, cancellationToken);
        using (response)
        {
            if (response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge)
            {
                throw new ComfyRefusedException(response.StatusCode is HttpStatusCode.RequestEntityTooLarge
                    ? $"The file {fileName} is too large for ComfyUI at {http.Address}. Start it with a larger --max-upload-size (in MB)."
                    : $"ComfyUI at {http.Address} refused the file {fileName} with 400.");
            }

            http.ThrowUnlessSuccess(response, "upload/image");
            var answer = http.ParseJson(body, "upload/image");
            var name = answer.Text("name") is { Length: > 0 } given ? given : throw http.Unexpected("upload/image", "no name");
            return answer.Text("subfolder") is { Length: > 0 } folder ? $"{folder.Replace('\\', '/')}/{name}" : name;
        }
    }

    private static HttpContent Named(HttpContent part, string field, string? fileName = null)
    {
        part.Headers.ContentDisposition = new ContentDispositionHeaderValue("form-data") { Name = $"\"{field}\"" };
        if (fileName is not null)
        {
            part.Headers.ContentDisposition.FileName = $"\"{fileName}\"";
        }

        return part;
    }

    [GeneratedRegex("[^A-Za-z0-9._-]")]
    private static partial Regex AwkwardCharacters();
}
