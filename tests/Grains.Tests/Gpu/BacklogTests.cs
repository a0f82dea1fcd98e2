using Continuity.Gpu;
using Continuity.Pipelines;
using Continuity.Tasks;

namespace Continuity.Grains.Tests.Gpu;

public sealed class BacklogTests
{
    [Fact]
    public async Task TheMoreTicketsWaitTheLessOftenEachIsToAskAgain()
    {
        await using var farm = await Farm.StartAsync(gpus: 0);
        List<TimeSpan?> after = [];
        for (var i = 0; i < 80; i++)
        {
            var answer = await farm.Pool.RequestAsync(new Ticket { Id = new TicketId(new TaskKey(new PipelineId("p"), $"t{i}"), 1), ProfileId = "flux" });
            after.Add(answer.AskAgainAfter);
        }

        // 40 a second in all.
        Assert.Equal((TimeSpan.FromMilliseconds(25), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)), (after[0], after[39], after[79]));
    }
}
