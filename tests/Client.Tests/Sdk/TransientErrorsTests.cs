using Continuity.Client.Resilience;

using Orleans.Runtime;

namespace Continuity.Client.Tests.Sdk;

public sealed class TransientErrorsTests
{
    [Fact]
    public void AGrainThatWasToLiveOnADeadSilo_IsAskedAgain() =>
        Assert.True(TransientErrors.IsTransient(new OrleansException("Trying to register pipeline/p1 on invalid silo. Known status: Dead")));

    [Fact]
    public void WhatStays_IsNotRepeated() => Assert.False(TransientErrors.IsTransient(new OrleansConfigurationException("No such service.")));
}
