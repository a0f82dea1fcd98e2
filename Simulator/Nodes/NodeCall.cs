using System.Globalization;
using System.Numerics;
using Continuity.Simulator.Execution;
using Continuity.Simulator.Json;
using Continuity.Simulator.Media;
using Continuity.Simulator.Sockets;

namespace Continuity.Simulator.Nodes;

/// <summary>One run of one node: its inputs by name and the server around it.</summary>
internal sealed class NodeCall(
    string nodeId,
    string classType,
    PyDict inputs,
    QueueItem item,
    NodeServices services,
    InterruptFlag interrupt,
    ProgressRegistry progress,
    SocketHub hub,
    NodeObject nodeObject,
    CancellationToken cancellationToken)
{
    public string NodeId => nodeId;

    public string ClassType => classType;

    public QueueItem Item => item;

    public NodeServices Services => services;

    public NodeObject Object => nodeObject;

    public CancellationToken CancellationToken => cancellationToken;

    public bool Has(string name) => inputs.Find(name) is not null;

    public object? Value(string name) => inputs.TryGetValue(name, out var value)
        ? value
        : throw new PythonException("TypeError", $"{classType}.execute() missing 1 required positional argument: '{name}'");

    public string Text(string name, string fallback = "") => inputs.Find(name) is { } value ? PyText.Str(value) : fallback;

    public int Int(string name) => int.CreateSaturating(Big(name));

    public BigInteger Big(string name) => BigInteger.Parse(PyText.Str(PyNumber.ToInt(Value(name))), CultureInfo.InvariantCulture);

    public double Float(string name) => PyNumber.ToFloat(Value(name));

    public bool Flag(string name) => PyText.IsTrue(inputs.Find(name));

    /// <summary>An input that only a link can give; a plain value passes validation and fails here, with Python's words.</summary>
    public T Get<T>(string name, string attribute)
        where T : class =>
        Value(name) as T ?? throw new PythonException("AttributeError", $"'{PyText.TypeName(Value(name))}' object has no attribute '{attribute}'");

    public Picture Picture(string name) => Get<Picture>(name, "shape");

    public Picture? OptionalPicture(string name) => Has(name) ? Picture(name) : null;

    /// <summary>The sound of an optional input; null too for a sound without a file behind it.</summary>
    public Sound? OptionalSound(string name) => inputs.Find(name) as Sound;

    public Latent Latent(string name) => Value(name) as Latent ?? throw new PythonException("TypeError", "string indices must be integers, not 'str'");

    public Conditioning Conditioning(string name) => Get<Conditioning>(name, "copy");

    public Task DelayAsync(TimeSpan time) => time <= TimeSpan.Zero ? Task.CompletedTask : Task.Delay(time, services.Time, cancellationToken);

    /// <summary>Waits unless an interrupt comes first; the caller's next progress step throws then.</summary>
    public async Task DelayOrInterruptAsync(TimeSpan time)
    {
        if (time <= TimeSpan.Zero)
        {
            return;
        }

        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(Task.Delay(time, services.Time, waiting.Token), interrupt.Raised);
        await waiting.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }

    public void ThrowIfInterrupted() => interrupt.ThrowIfRaised();

    /// <summary>One progress step, which is also where a node looks at interrupts.</summary>
    public void Progress(object value, object max, Preview? preview = null)
    {
        interrupt.ThrowIfRaised();
        progress.Update(nodeId, value, max, preview);
    }

    public async Task UseAsync(ModelValue model)
    {
        foreach (var (folder, file) in model.Files)
        {
            await services.Memory.UseAsync(folder, file, cancellationToken);
        }
    }

    public void SendText(string text)
    {
        var id = System.Text.Encoding.UTF8.GetBytes(nodeId);
        var payload = new byte[4 + id.Length + System.Text.Encoding.UTF8.GetByteCount(text)];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(payload, id.Length);
        id.CopyTo(payload, 4);
        System.Text.Encoding.UTF8.GetBytes(text, payload.AsSpan(4 + id.Length));
        hub.SendBinary(3, payload, hub.CurrentClient);
    }
}
