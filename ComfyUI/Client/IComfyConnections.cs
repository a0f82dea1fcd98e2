namespace Continuity.ComfyUI.Client;

/// <summary>The clients of all ComfyUI instances, one per base address.</summary>
public interface IComfyConnections : IAsyncDisposable
{
    /// <summary>Gets the client of an instance; makes no connection yet.</summary>
    /// <param name="address">The base address, such as <c>http://127.0.0.1:8188</c>; a path is kept, a query is not.</param>
    /// <returns>The one client of that address; it belongs to this cache and is not to be disposed by the caller.</returns>
    /// <exception cref="ArgumentException">The address is not an absolute http or https address.</exception>
    /// <exception cref="ObjectDisposedException">The cache was disposed.</exception>
    IComfyClient Get(Uri address);
}
