using System.Runtime.CompilerServices;
using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace Continuity.Grains.Artifacts.S3;

/// <summary>The few things we ask of a bucket, with its faults in our words. Uses only what every S3-compatible server has.</summary>
internal sealed class S3Bucket : IDisposable
{
    /// <summary>How long one deletion may take; it is sent once.</summary>
    public static readonly TimeSpan DeletionTimeout = TimeSpan.FromSeconds(5);

    private readonly S3ArtifactOptions _options;
    private readonly S3Faults _faults;
    private readonly AmazonS3Client _client;

    // A deletion that is repeated by itself could hit what was stored in between.
    private readonly AmazonS3Client _once;
    private bool _seen;

    public S3Bucket(S3ArtifactOptions options)
    {
        _options = options;
        Name = $"bucket '{options.Bucket}' at {(options.ServiceUrl.Length > 0 ? options.ServiceUrl : "AWS " + options.Region)}";
        _faults = new S3Faults(options.Bucket, options.ServiceUrl.Length > 0 ? options.ServiceUrl : $"AWS {options.Region}");
        _client = Connect(new AmazonS3Config());
        _once = Connect(new AmazonS3Config { MaxErrorRetry = 0, Timeout = DeletionTimeout });
    }

    /// <summary>How many objects are asked for at a time, 1 to 1,000.</summary>
    public int ListPage { get; init; } = 1000;

    /// <summary>The bucket and its server, for messages.</summary>
    public string Name { get; }

    /// <summary>Asks for an object's size and time.</summary>
    /// <returns>The answer, or <see langword="null"/> when there is no such object.</returns>
    public Task<S3Entry?> HeadAsync(string key, CancellationToken cancellationToken) => CallAsync<S3Entry?>(
        async () =>
        {
            try
            {
                var head = await _client.GetObjectMetadataAsync(_options.Bucket, _options.Prefix + key, cancellationToken);
                return new S3Entry(key, head.ContentLength, new DateTimeOffset(head.LastModified?.ToUniversalTime() ?? default, TimeSpan.Zero));
            }
            catch (AmazonS3Exception exception) when (S3Faults.IsNotFound(exception))
            {
                // The answer to HEAD has no body that would tell a missing bucket from a missing object.
                await SeeAsync(cancellationToken);
                return null;
            }
        },
        cancellationToken);

    /// <summary>Opens an object from a position on.</summary>
    /// <returns>The answer, whose stream is read and which is disposed by the caller; <see langword="null"/> when there is no such object.</returns>
    public Task<GetObjectResponse?> OpenAsync(string key, long from, CancellationToken cancellationToken) => CallAsync(
        async () =>
        {
            try
            {
                // Of a range, even of all bytes, the library does not compare the MD5, which not every server's ETag is.
                return await _client.GetObjectAsync(
                    new GetObjectRequest { BucketName = _options.Bucket, Key = _options.Prefix + key, ByteRange = new ByteRange($"bytes={from}-") },
                    cancellationToken);
            }
            catch (AmazonS3Exception exception) when (S3Faults.IsNotFound(exception) && exception.ErrorCode != "NoSuchBucket")
            {
                return null;
            }
        },
        cancellationToken);

    /// <summary>Stores a file. The object is there whole, or not at all, or as it was.</summary>
    public Task PutFileAsync(string key, string path, long size, CancellationToken cancellationToken) => CallAsync(
        async () =>
        {
            if (size > _options.PartBytes)
            {
                await new S3MultipartUpload(_client, _options, _options.Prefix + key, path, size).RunAsync(cancellationToken);
                return true;
            }

            // Not in chunks: the request is then signed with the hash of the whole content, which the server checks.
            await _client.PutObjectAsync(
                new PutObjectRequest { BucketName = _options.Bucket, Key = _options.Prefix + key, FilePath = path, UseChunkEncoding = false, ContentType = "application/octet-stream" },
                cancellationToken);
            return true;
        },
        cancellationToken);

    /// <summary>Stores an empty object, whose time is what matters.</summary>
    public Task MarkAsync(string key, CancellationToken cancellationToken) => WriteTextAsync(key, "", cancellationToken);

    /// <summary>Stores a short text.</summary>
    public Task WriteTextAsync(string key, string text, CancellationToken cancellationToken) => CallAsync(
        async () => await _client.PutObjectAsync(
            new PutObjectRequest { BucketName = _options.Bucket, Key = _options.Prefix + key, ContentBody = text, UseChunkEncoding = false },
            cancellationToken),
        cancellationToken);

    /// <summary>Reads a short text that is not empty.</summary>
    public async Task<string?> ReadTextAsync(string key, CancellationToken cancellationToken)
    {
        using var answer = await OpenAsync(key, 0, cancellationToken);
        if (answer is null)
        {
            return null;
        }

        using var reader = new StreamReader(answer.ResponseStream);
        return await CallAsync(() => reader.ReadToEndAsync(cancellationToken), cancellationToken);
    }

    /// <summary>Deletes an object, in one try. Does nothing when there is none.</summary>
    public Task DeleteAsync(string key, CancellationToken cancellationToken) =>
        CallAsync(async () => await _once.DeleteObjectAsync(_options.Bucket, _options.Prefix + key, cancellationToken), cancellationToken);

    /// <summary>Lists the objects whose keys begin with a text, in the order of their keys.</summary>
    public async IAsyncEnumerable<S3Entry> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? next = null;
        do
        {
            var request = new ListObjectsV2Request { BucketName = _options.Bucket, Prefix = _options.Prefix + prefix, MaxKeys = ListPage, ContinuationToken = next };
            var page = await CallAsync(() => _client.ListObjectsV2Async(request, cancellationToken), cancellationToken);
            foreach (var entry in page.S3Objects ?? [])
            {
                yield return new S3Entry(entry.Key[_options.Prefix.Length..], entry.Size ?? 0, new DateTimeOffset(entry.LastModified?.ToUniversalTime() ?? default, TimeSpan.Zero));
            }

            next = page.IsTruncated == true ? page.NextContinuationToken : null;
        }
        while (next is not null);
    }

    public void Dispose()
    {
        _client.Dispose();
        _once.Dispose();
    }

    /// <summary>Runs a call and tells its faults in our words.</summary>
    public async Task<T> CallAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call();
        }
        catch (Exception exception) when (S3Faults.IsFault(exception, cancellationToken))
        {
            throw _faults.Explain(exception);
        }
    }

    private async Task SeeAsync(CancellationToken cancellationToken)
    {
        if (!_seen)
        {
            await _client.ListObjectsV2Async(new ListObjectsV2Request { BucketName = _options.Bucket, MaxKeys = 1 }, cancellationToken);
            _seen = true;
        }
    }

    private AmazonS3Client Connect(AmazonS3Config config)
    {
        if (_options.ServiceUrl.Length > 0)
        {
            config.ServiceURL = _options.ServiceUrl;
            config.AuthenticationRegion = _options.Region;
        }
        else
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(_options.Region);
        }

        config.ForcePathStyle = _options.ForcePathStyle ?? _options.ServiceUrl.Length > 0;

        // The library's newer checksums are trailers that other servers than AWS do not know; we have our own, over the whole content.
        config.RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED;
        config.ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED;
        return _options.AccessKey.Length > 0
            ? new AmazonS3Client(new BasicAWSCredentials(_options.AccessKey, _options.SecretKey), config)
            : new AmazonS3Client(config);
    }
}
