namespace Continuity.Grains.Media;

/// <summary>A film or a frame could not be made. The message says of which file, why, and what to do.</summary>
/// <param name="message">What happened, with the end of what ffmpeg wrote.</param>
/// <param name="innerException">What caused it, where something did.</param>
internal class MediaException(string message, Exception? innerException = null) : Exception(message, innerException);

/// <summary>ffmpeg or ffprobe is not installed, or cannot be started.</summary>
internal sealed class MediaToolMissingException(string message, Exception? innerException = null) : MediaException(message, innerException);

/// <summary>A run took longer than the options allow, and was killed.</summary>
internal sealed class MediaTimeLimitException(string message) : MediaException(message);
