namespace Continuity.Grains.Artifacts.S3;

/// <summary>
/// Which bucket of which S3-compatible server artifacts are kept in. A prefix of a bucket belongs to one store of pipelines: the garbage collection of another one
/// would take everything in it for unused.
/// </summary>
public sealed class S3ArtifactOptions
{
    /// <summary>Address of the server, such as <c>http://127.0.0.1:9000</c>. Empty (default) for AWS, which is found by <see cref="Region"/>.</summary>
    public string ServiceUrl { get; set; } = "";

    /// <summary>Name of the bucket; it must exist. Required.</summary>
    public string Bucket { get; set; } = "";

    /// <summary>Region that requests are signed for. Default <c>us-east-1</c>, which servers without regions expect.</summary>
    public string Region { get; set; } = "us-east-1";

    /// <summary>The access key's id. Empty (default, together with <see cref="SecretKey"/>) to look where AWS programs look: environment, profile, instance role.</summary>
    public string AccessKey { get; set; } = "";

    /// <summary>The access key's secret. It is never logged and in no message.</summary>
    public string SecretKey { get; set; } = "";

    /// <summary>Put in front of every key, such as <c>farm/</c>. Default none.</summary>
    public string Prefix { get; set; } = "";

    /// <summary>
    /// Whether the bucket is named in the path (<c>server/bucket</c>) instead of the host (<c>bucket.server</c>). Default <see langword="null"/>: in the path when
    /// <see cref="ServiceUrl"/> is set, as other servers than AWS expect.
    /// </summary>
    public bool? ForcePathStyle { get; set; }

    /// <summary>
    /// Folder on this machine for files on their way and for copies of what programs read, created when it is missing. Processes may share it. Default: the folder
    /// <c>artifact-cache</c> in the data directory.
    /// </summary>
    public string CacheDirectory { get; set; } = "";

    /// <summary>How many bytes of copies this process keeps when nobody reads them; files in use come on top. Default 10 GiB; 0 keeps none.</summary>
    public long CacheBytes { get; set; } = 10L << 30;

    /// <summary>Size of one part of an upload in bytes: larger files are sent in parts, several at a time. 5 MiB to 5 GiB, default 16 MiB.</summary>
    public long PartBytes { get; set; } = 16 << 20;
}
