using Continuity.Engine.Scheduling.Waiting;
using Continuity.Gpu;
using Continuity.Pipelines;
using Continuity.Tasks;

using CsCheck;

namespace Continuity.Engine.Tests.Scheduling.Waiting;

public sealed class TicketListTests
{
    [Fact]
    public void Property_ItIsASortedListThatKnowsEveryPlace() => Gen.Select(Gen.Int[0, 400].Array[0, 3000], Gen.Int[1, 5]).Sample((waits, keep) =>
    {
        var list = new TicketList();
        var expected = new SortedSet<Ticket>(TicketOrder.Instance);
        foreach (var (wait, i) in waits.Select((wait, i) => (wait, i)))
        {
            var ticket = Ticket(wait, i);
            list.Add(ticket);
            expected.Add(ticket);
            if (i % keep == 0)
            {
                // Any of those that wait.
                var gone = i % 2 == 0 ? expected.Min! : ticket;
                list.Remove(gone);
                expected.Remove(gone);
            }
        }

        Assert.Equal(expected, list.All);
        Assert.Equal(expected.Count, list.Count);
        Assert.True(expected.Count == 0 || list.First == expected.Min);
        var place = 0;
        foreach (var ticket in expected)
        {
            Assert.Equal(place++, list.Before(ticket));
        }

        Assert.Equal(expected.Count(ticket => TicketOrder.Instance.Compare(ticket, Ticket(200, -1)) < 0), list.Before(Ticket(200, -1)));
    }, iter: 50);

    private static Ticket Ticket(int waits, int order) => new()
    {
        Id = new TicketId(new TaskKey(new PipelineId("p"), $"t{order}"), 1),
        ProfileId = "flux",
        Order = order,
        WaitingSince = DateTimeOffset.UnixEpoch.AddSeconds(waits),
    };
}
