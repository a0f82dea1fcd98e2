using Continuity.Silo;

// The host answers the signals: nothing else may cut its shutdown short.
return await SiloCommand.Create().Parse(args).InvokeAsync(new System.CommandLine.InvocationConfiguration { ProcessTerminationTimeout = null });
