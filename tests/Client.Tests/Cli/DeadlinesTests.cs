using Continuity.Cli.Commands;

namespace Continuity.Client.Tests.Cli;

public sealed class DeadlinesTests
{
    private static readonly TimeZoneInfo Zone = TimeZoneInfo.CreateCustomTimeZone("test", TimeSpan.FromHours(2), "test", "test");
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 17, 30, 0, TimeSpan.FromHours(2));

    [Theory]
    [InlineData("90m", "2026-03-01T19:00:00+02:00")]
    [InlineData("2h", "2026-03-01T19:30:00+02:00")]
    [InlineData("1.5d", "2026-03-03T05:30:00+02:00")]
    [InlineData("18:00", "2026-03-01T18:00:00+02:00")]
    [InlineData("9:15", "2026-03-02T09:15:00+02:00")]
    [InlineData("2026-03-04T08:00", "2026-03-04T08:00:00+02:00")]
    [InlineData("2026-03-04 08:00", "2026-03-04T08:00:00+02:00")]
    [InlineData("2026-03-04T08:00:00Z", "2026-03-04T08:00:00+00:00")]
    public void ATimeIsReadAsOneWouldMeanIt(string text, string expected) =>
        Assert.Equal(DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture), Deadlines.Of(text, Now, Zone));

    [Theory]
    [InlineData("soon")]
    [InlineData("h")]
    [InlineData("-2h")]
    [InlineData("0h")]
    [InlineData("25:00")]
    [InlineData("2026-02-30T10:00")]
    [InlineData("")]
    public void AnythingElseIsNone(string text) => Assert.Null(Deadlines.Of(text, Now, Zone));
}
