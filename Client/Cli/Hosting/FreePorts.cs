using System.Net;
using System.Net.Sockets;

namespace Continuity.Cli.Hosting;

/// <summary>Finds TCP ports on the loopback address that nobody listens on.</summary>
internal static class FreePorts
{
    public static (int First, int Second) TakeTwo()
    {
        using var first = new TcpListener(IPAddress.Loopback, 0);
        using var second = new TcpListener(IPAddress.Loopback, 0);
        first.Start();
        second.Start(); // both open at once, so that they differ
        return (((IPEndPoint)first.LocalEndpoint).Port, ((IPEndPoint)second.LocalEndpoint).Port);
    }

    public static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
