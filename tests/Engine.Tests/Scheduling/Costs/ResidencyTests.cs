using Continuity.Engine.Scheduling.Costs;
using Continuity.Gpu;

namespace Continuity.Engine.Tests.Scheduling.Costs;

public sealed class ResidencyTests
{
    private static readonly ModelFile A = File("a"), B = File("b"), C = File("c");

    [Fact]
    public void TheLeastRecentlyUsedFilesGoWhenRoomIsNeeded()
    {
        var residency = new Residency(20, _ => 10);
        residency.Executes([A]);
        residency.Executes([B]);
        residency.Executes([A]);
        Assert.Equal(["b.safetensors"], residency.WouldLose([C]).Select(file => file.FileName));

        residency.Executes([C]);

        Assert.Equal((true, false, true), (residency.Holds(A), residency.Holds(B), residency.Holds(C)));
    }

    [Fact]
    public void WhatAPromptNeedsIsHeldHoweverLittleIsThoughtToFit()
    {
        var residency = new Residency(5, _ => 10);
        residency.Executes([A, B]);

        Assert.True(residency.Holds(A) && residency.Holds(B));
    }

    [Fact]
    public void ALoadThatWasNotExpectedShowsThatLessFits()
    {
        var residency = new Residency(30, _ => 10);
        residency.Executes([A]);
        residency.Executes([B]);
        var depth = residency.DepthOf([A]);
        residency.Executes([A]);

        residency.WasMissing([A], depth);

        Assert.True(residency.Capacity < 20);
        Assert.False(residency.Holds(B));
    }

    [Fact]
    public void ALoadThatWasExpectedAndDidNotComeShowsThatMoreFits()
    {
        var residency = new Residency(10, _ => 10);
        residency.Executes([A]);
        residency.Executes([B]);
        var depth = residency.DepthOf([A]);
        residency.Executes([A]);

        residency.WasHeld(depth);

        Assert.Equal(20, residency.Capacity);
        Assert.True(residency.Holds(A) && residency.Holds(B));
    }

    [Fact]
    public void AGpuThatTellsItsMemoryHoldsWhatFitsThere()
    {
        var residency = new Residency(30, _ => 10);
        residency.Executes([A]);
        residency.Executes([B]);
        residency.Executes([C]);

        residency.Fits(20);

        Assert.Equal((false, true, true), (residency.Holds(A), residency.Holds(B), residency.Holds(C)));
    }

    private static ModelFile File(string name) => new("UNETLoader", "unet_name", $"{name}.safetensors");
}
