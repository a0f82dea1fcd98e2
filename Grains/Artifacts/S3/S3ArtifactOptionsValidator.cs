using Microsoft.Extensions.Options;

namespace Continuity.Grains.Artifacts.S3;

/// <summary>Finds settings that cannot work before the first artifact is stored.</summary>
internal sealed class S3ArtifactOptionsValidator : IValidateOptions<S3ArtifactOptions>
{
    private const long SmallestPart = 5 << 20;
    private const long LargestPart = 5L << 30;

    public ValidateOptionsResult Validate(string? name, S3ArtifactOptions options)
    {
        string?[] faults =
        [
            options.ServiceUrl.Length == 0 || (Uri.TryCreate(options.ServiceUrl, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.UserInfo.Length == 0)
                ? null
                : "S3ArtifactOptions.ServiceUrl must be an http or https address without a login in it, such as http://127.0.0.1:9000, or empty for AWS.",
            string.IsNullOrWhiteSpace(options.Bucket) || options.Bucket.Contains('/', StringComparison.Ordinal)
                ? "S3ArtifactOptions.Bucket must name the bucket that artifacts are kept in; a folder in it goes into Prefix."
                : null,
            string.IsNullOrWhiteSpace(options.Region) ? "S3ArtifactOptions.Region must name a region; servers without regions take us-east-1." : null,
            options.AccessKey.Length == 0 == (options.SecretKey.Length == 0)
                ? null
                : "S3ArtifactOptions.AccessKey and SecretKey must be set both, or neither to look where AWS programs look.",
            options.Prefix.StartsWith('/') ? "S3ArtifactOptions.Prefix must not begin with a slash." : null,
            string.IsNullOrWhiteSpace(options.CacheDirectory) ? "S3ArtifactOptions.CacheDirectory must name a folder on this machine." : null,
            options.CacheBytes < 0 ? "S3ArtifactOptions.CacheBytes must be 0 or more." : null,
            options.PartBytes is < SmallestPart or > LargestPart ? "S3ArtifactOptions.PartBytes must be 5 MiB to 5 GiB, which is what S3 takes." : null,
        ];
        var found = faults.OfType<string>().ToList();
        return found.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(found);
    }
}
