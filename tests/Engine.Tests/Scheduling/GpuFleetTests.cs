using Continuity.Engine.Scheduling;
using Continuity.Gpu;

using CsCheck;

namespace Continuity.Engine.Tests.Scheduling;

public sealed class GpuFleetTests
{
    private static readonly string[] Ids = ["a", "b", "c"];

    [Fact]
    public void WhatAConfigurationNoLongerNamesGoesAndWhatAnOperatorAddedStays()
    {
        var fleet = GpuFleet.Empty.Advertise(GpuOrigin.Configured, "silo", [Gpu("a"), Gpu("b")], Heard).Add(Gpu("b")).Add(Gpu("c"));

        fleet = fleet.Advertise(GpuOrigin.Configured, "silo", [], Heard);

        Assert.Equal(["b", "c"], fleet.Gpus.Keys);
    }

    [Fact]
    public void AGpuThatAnOperatorRemovedComesBackOnlyWhenAddedAgain()
    {
        var fleet = GpuFleet.Empty.Advertise(GpuOrigin.Configured, "silo", [Gpu("a")], Heard).Remove(new GpuId("a"));

        Assert.Same(fleet, fleet.Advertise(GpuOrigin.Configured, "silo", [Gpu("a")], Heard));
        Assert.Same(fleet, fleet.Advertise(GpuOrigin.Configured, "other", [Gpu("a")], Heard));
        Assert.Equal(GpuOrigin.Added, fleet.Add(Gpu("a")).Gpus["a"].Registration.Origin);
    }

    [Fact]
    public void ARemovedGpuOfASessionIsNotBroughtBackByThatSessionButByAnother()
    {
        var fleet = GpuFleet.Empty.Advertise(GpuOrigin.Session, "one", [Gpu("a")], Heard).Remove(new GpuId("a"));

        Assert.Same(fleet, fleet.Advertise(GpuOrigin.Session, "one", [Gpu("a")], Heard));
        Assert.Single(fleet.Advertise(GpuOrigin.Session, "two", [Gpu("a")], Heard).Gpus);
    }

    [Fact]
    public void AModeOutlivesTheAbsenceOfASiloButNotOfASession()
    {
        var fleet = GpuFleet.Empty
            .Advertise(GpuOrigin.Configured, "silo", [Gpu("a")], Heard)
            .Advertise(GpuOrigin.Session, "session", [Gpu("b")], Heard)
            .SetMode(new GpuId("a"), GpuMode.Draining)
            .SetMode(new GpuId("b"), GpuMode.Paused);

        var later = fleet.Durable().Advertise(GpuOrigin.Configured, "silo", [Gpu("a")], Heard).Advertise(GpuOrigin.Session, "later", [Gpu("b")], Heard);

        Assert.Equal((GpuMode.Draining, GpuMode.Active), (later.Gpus["a"].Mode, later.Gpus["b"].Mode));
    }

    [Fact]
    public void TwoSilosThatBothReachAGpuDoNotTakeItFromEachOther()
    {
        var fleet = GpuFleet.Empty.Advertise(GpuOrigin.Configured, "one", [Gpu("a")], Heard);

        Assert.Same(fleet, fleet.Advertise(GpuOrigin.Configured, "two", [Gpu("a")], Heard));
        Assert.Same(fleet, fleet.Advertise(GpuOrigin.Session, "terminal", [Gpu("a")], Heard));
        Assert.Same(fleet, fleet.Advertise(GpuOrigin.Session, "terminal", [], Heard));
    }

    [Fact]
    public void AGpuOfASiloThatIsGoneGoesToAnotherThatNamesItAndNotToASession()
    {
        var fleet = GpuFleet.Empty.Advertise(GpuOrigin.Configured, "one", [Gpu("a"), Gpu("b")], Heard).SetMode(new GpuId("a"), GpuMode.Paused).Add(Gpu("b"));

        var later = fleet.Advertise(GpuOrigin.Configured, "two", [Gpu("a"), Gpu("b")], owner => owner != "one");

        Assert.Equal((GpuMode.Paused, "two"), (later.Gpus["a"].Mode, later.Gpus["a"].Registration.Owner));
        Assert.Equal(GpuOrigin.Added, later.Gpus["b"].Registration.Origin);
        Assert.Same(fleet, fleet.Advertise(GpuOrigin.Session, "terminal", [Gpu("a")], _ => false));
    }

    [Fact]
    public void Property_WhatOperatorsWantIsKeptWhateverSilosAndSessionsTell() => Gen.Select(Gen.Int[0, 6], Gen.Int[0, 2], Gen.Int[0, 7]).Array[0, 30].Sample(steps =>
    {
        var fleet = GpuFleet.Empty;
        var modes = new Dictionary<string, GpuMode>();
        var removed = new HashSet<string>();
        foreach (var (verb, which, bits) in steps)
        {
            var id = Ids[which];
            GpuRegistration[] some = [.. Ids.Where((_, i) => (bits & (1 << i)) != 0).Select(Gpu)];
            Func<GpuFleet, GpuFleet> step = verb switch
            {
                0 => fleet => fleet.Advertise(GpuOrigin.Configured, $"silo{which}", some, Heard),
                1 => fleet => fleet.Advertise(GpuOrigin.Session, $"session{which}", some, Heard),
                2 => fleet => fleet.Add(Gpu(id)),
                3 => fleet => fleet.Remove(new GpuId(id)),
                4 => fleet => fleet.Durable(),
                _ => fleet => fleet.SetMode(new GpuId(id), (GpuMode)(bits % 3)),
            };
            var before = fleet;
            fleet = step(fleet);

            // Every command may be repeated.
            Assert.True(fleet.HasSameContent(step(fleet)), $"{verb} on {id} is not idempotent");
            switch (verb)
            {
                case 2:
                    removed.Remove(id);
                    break;
                case 3 when before.Gpus.TryGetValue(id, out var gone) && gone.Registration.Origin != GpuOrigin.Session:
                    removed.Add(id);
                    break;
                case > 4 when before.Gpus.ContainsKey(id):
                    modes[id] = (GpuMode)(bits % 3);
                    break;
            }

            foreach (var lost in modes.Keys.Where(known => !fleet.Gpus.ContainsKey(known)).ToList())
            {
                modes.Remove(lost);
            }

            Assert.All(removed, gpu => Assert.True(!fleet.Gpus.TryGetValue(gpu, out var back) || back.Registration.Origin == GpuOrigin.Session, $"{gpu} came back"));
            Assert.All(modes, mode => Assert.Equal(mode.Value, fleet.Gpus[mode.Key].Mode));
            Assert.All(before.Gpus.Where(gpu => gpu.Value.Registration.Origin == GpuOrigin.Added), added => Assert.True(
                fleet.Gpus.ContainsKey(added.Key) || (verb == 3 && added.Key == id), $"{added.Key} was added and is gone"));
        }
    });

    private static bool Heard(string owner) => true;

    private static GpuRegistration Gpu(string id) => new(new GpuId(id), new Uri($"http://{id}:8188/"), id);
}
