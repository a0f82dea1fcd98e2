namespace Continuity.Grains.Media;

/// <summary>A film or a frame could not be made. The message says of which file, why, and what to do.</summary>
/// <param name="message">What happened, with the end of what ffmpeg wrote.</param>
/// <param name="innerException">What caused it, where something did.</param>
internal class MediaException(string message, Exception? innerException = null) : Exception(message, innerException);

/// <summary>This machine cannot do media work at present: something is missing, full, or not to be written. No clip is to blame, and the same work succeeds once that is mended.</summary>
/// <param name="message">What happened, where, and what to do.</param>
/// <param name="innerException">What caused it, where something did.</param>
internal class MediaUnavailableException(string message, Exception? innerException = null) : MediaException(message, innerException);

/// <summary>ffmpeg or ffprobe is not installed, or cannot be started.</summary>
internal sealed class MediaToolMissingException(string message, Exception? innerException = null) : MediaUnavailableException(message, innerException);

/// <summary>A run was killed: it took longer than the options allow, or somebody else ended it, as a system does that runs out of memory. That tells nothing about the clips.</summary>
internal sealed class MediaKilledException(string message) : MediaException(message);
