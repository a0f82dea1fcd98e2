using Microsoft.Extensions.Options;

namespace Continuity.ComfyUI.Client;

/// <summary>Every time must be greater than zero, or the client would spin or give up before it began.</summary>
internal sealed class ComfyClientOptionsValidator : IValidateOptions<ComfyClientOptions>
{
    public ValidateOptionsResult Validate(string? name, ComfyClientOptions options)
    {
        var faults = typeof(ComfyClientOptions).GetProperties()
            .Where(property => property.PropertyType == typeof(TimeSpan) && (TimeSpan)property.GetValue(options)! <= TimeSpan.Zero)
            .Select(property => $"{nameof(ComfyClientOptions)}.{property.Name} must be greater than zero, found {property.GetValue(options)}.")
            .ToList();
        if (options.TransferRetries < 0)
        {
            faults.Add($"{nameof(ComfyClientOptions)}.{nameof(options.TransferRetries)} must be 0 or more, found {options.TransferRetries}.");
        }

        if (options.MaxReconnectDelay < options.ReconnectDelay)
        {
            faults.Add($"{nameof(ComfyClientOptions)}.{nameof(options.MaxReconnectDelay)} must not be less than {nameof(options.ReconnectDelay)}.");
        }

        return faults.Count > 0 ? ValidateOptionsResult.Fail(faults) : ValidateOptionsResult.Success;
    }
}
