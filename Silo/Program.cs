using Continuity.Silo;

return await SiloCommand.Create().Parse(args).InvokeAsync();
