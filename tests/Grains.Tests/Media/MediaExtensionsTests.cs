using Continuity.Grains.Media;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Continuity.Grains.Tests.Media;

public sealed class MediaExtensionsTests
{
    [Fact]
    public void AddMedia_WithOptions_ResolvesTheWork()
    {
        using var folder = new TestFolder();
        using var services = new ServiceCollection().AddMedia(options => options.TempDirectory = folder.File("work")).BuildServiceProvider();

        Assert.NotNull(services.GetRequiredService<TimelineRenderer>());
        Assert.NotNull(services.GetRequiredService<FrameExtractor>());
        Assert.Same(services.GetRequiredService<CpuSlots>(), services.GetRequiredService<CpuSlots>());
    }

    [Fact]
    public void AddMedia_NoCpuSlot_IsRefused()
    {
        using var services = new ServiceCollection().AddMedia(options => options.CpuSlots = 0).BuildServiceProvider();

        var fault = Assert.Throws<OptionsValidationException>(services.GetRequiredService<CpuSlots>);

        Assert.Contains("MediaOptions.CpuSlots", fault.Message, StringComparison.Ordinal);
    }
}
