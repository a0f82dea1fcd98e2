using System.Net;
using Amazon.Runtime;
using Amazon.S3;

namespace Continuity.Grains.Artifacts.S3;

/// <summary>Tells the faults of a bucket in our own words: which bucket, where, and what to do. Never with a key's secret.</summary>
internal sealed class S3Faults(string bucket, string server)
{
    // Servers that are not AWS have codes of their own for a full disk.
    private const HttpStatusCode InsufficientStorage = (HttpStatusCode)507;

    private static readonly string[] Full = ["QuotaExceeded", "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded", "InsufficientStorage", "NoSpaceLeft"];

    /// <summary>Whether an exception is one of the S3 library or of the connection.</summary>
    public static bool IsFault(Exception exception, CancellationToken cancellationToken) =>
        exception is AmazonClientException or AmazonServiceException or HttpRequestException or IOException or TimeoutException
        || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    /// <summary>Whether it says that the object is not there. The bucket may be missing, too.</summary>
    public static bool IsNotFound(Exception exception) => exception is AmazonS3Exception { StatusCode: HttpStatusCode.NotFound };

    /// <summary>The fault in our words.</summary>
    public ArtifactStoreException Explain(Exception exception) => exception switch
    {
        AmazonS3Exception { ErrorCode: "NoSuchBucket" } => MissingBucket(exception),
        AmazonS3Exception s3 when s3.StatusCode == InsufficientStorage || Full.Contains(s3.ErrorCode) =>
            new ArtifactStoreFullException($"No room is left in the bucket '{bucket}' at {server} ({s3.ErrorCode}). Free some space there, or raise its quota.", exception),
        AmazonS3Exception { StatusCode: HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized } s3 => new ArtifactStoreException(
            $"The bucket '{bucket}' at {server} refuses access ({Code(s3)}). Check S3ArtifactOptions.AccessKey, SecretKey and Region, this machine's clock, and that the key " +
            "may list, read, write and delete objects there.",
            exception),
        AmazonS3Exception { StatusCode: >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError and not (HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests) } s3 =>
            new ArtifactStoreException($"The bucket '{bucket}' at {server} refused a request ({Code(s3)}): {s3.Message}", exception),
        _ => new ArtifactStoreUnavailableException($"The bucket '{bucket}' at {server} cannot be used right now: {Innermost(exception)} Check that the server runs and can be reached.", exception),
    };

    /// <summary>The fault of a bucket that is not there.</summary>
    public ArtifactStoreException MissingBucket(Exception? cause = null) =>
        new($"There is no bucket '{bucket}' at {server}. Create it, or correct S3ArtifactOptions.Bucket or ServiceUrl.", cause);

    private static string Code(AmazonS3Exception exception) => string.IsNullOrEmpty(exception.ErrorCode) ? $"{(int)exception.StatusCode}" : exception.ErrorCode;

    private static string Innermost(Exception exception)
    {
        while (exception.InnerException is { } inner)
        {
            exception = inner;
        }

        return exception is OperationCanceledException or TimeoutException ? "it does not answer in time." : $"{exception.Message.TrimEnd('.')}.";
    }
}
