using System.Net;

namespace Continuity.Simulator.Http;

/// <summary>On loopback, a web page of another host may not post prompts: its Origin does not match the Host.</summary>
internal static class OriginCheck
{
    public static bool IsAllowed(HttpRequest request)
    {
        var origin = request.Headers.Origin.ToString();
        var host = request.Host;
        if (origin.Length == 0 || !host.HasValue || !IsLoopback(host.Host) || !Uri.TryCreate(origin, UriKind.Absolute, out var uri) || uri.Host.Length == 0)
        {
            return true;
        }

        // An explicit port counts only when both sides have one.
        var originHasPort = origin.AsSpan(origin.IndexOf("//", StringComparison.Ordinal) + 2).Contains(':');
        var wanted = originHasPort ? host.Value : host.Host;
        var given = host.Port is null ? uri.Host : originHasPort ? uri.Authority : uri.Host;
        return string.Equals(wanted.Trim('[', ']'), given.Trim('[', ']'), StringComparison.OrdinalIgnoreCase)
            || (originHasPort && string.Equals(wanted, $"{uri.Host}:{uri.Port}", StringComparison.OrdinalIgnoreCase));
    }

    private static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
