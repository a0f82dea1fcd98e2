using Amazon.S3;
using Amazon.S3.Model;

namespace Continuity.Grains.Artifacts.S3;

/// <summary>Sends a large file in parts, several at a time, each read from the disk as it is sent. The object appears with the last call, or not at all.</summary>
internal sealed class S3MultipartUpload(AmazonS3Client client, S3ArtifactOptions options, string key, string path, long size)
{
    // S3 takes 10,000 parts.
    private const int MostParts = 9_000;
    private const int AtOnce = 4;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var begun = await client.InitiateMultipartUploadAsync(
            new InitiateMultipartUploadRequest { BucketName = options.Bucket, Key = key, ContentType = "application/octet-stream" },
            cancellationToken);
        try
        {
            var partSize = Math.Max(options.PartBytes, (size + MostParts - 1) / MostParts);
            var parts = new PartETag[(size + partSize - 1) / partSize];
            await Parallel.ForAsync(0, parts.Length, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (i, token) =>
            {
                var request = new UploadPartRequest
                {
                    BucketName = options.Bucket,
                    Key = key,
                    UploadId = begun.UploadId,
                    PartNumber = i + 1,
                    FilePath = path,
                    FilePosition = i * partSize,
                    PartSize = Math.Min(partSize, size - (i * partSize)),
                    UseChunkEncoding = false,
                };
                parts[i] = new PartETag(i + 1, (await client.UploadPartAsync(request, token)).ETag);
            });
            await client.CompleteMultipartUploadAsync(
                new CompleteMultipartUploadRequest { BucketName = options.Bucket, Key = key, UploadId = begun.UploadId, PartETags = [.. parts] },
                cancellationToken);
        }
        catch
        {
            await AbortAsync(begun.UploadId);
            throw;
        }
    }

    private async Task AbortAsync(string uploadId)
    {
        try
        {
            await client.AbortMultipartUploadAsync(options.Bucket, key, uploadId, CancellationToken.None);
        }
        catch (Exception exception) when (S3Faults.IsFault(exception, CancellationToken.None))
        {
            // The parts stay until the bucket's own rule for unfinished uploads removes them; the fault that brought us here is the one to tell.
        }
    }
}
