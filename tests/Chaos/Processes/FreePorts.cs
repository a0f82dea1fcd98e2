using System.Net;
using System.Net.Sockets;

namespace Continuity.Chaos.Processes;

/// <summary>Ports that nobody listens on.</summary>
public static class FreePorts
{
    /// <summary>Finds ports, all different.</summary>
    public static int[] Find(int count, IPAddress address)
    {
        // All are held until all are found.
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(address, 0)).ToList();
        try
        {
            listeners.ForEach(listener => listener.Start());
            return [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        }
        finally
        {
            listeners.ForEach(listener => listener.Dispose());
        }
    }
}
