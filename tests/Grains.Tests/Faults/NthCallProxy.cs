using System.Reflection;
using System.Runtime.ExceptionServices;

namespace Continuity.Grains.Tests.Faults;

/// <summary>Stands in front of a store and lets a call go wrong. Its kind is the name of the method.</summary>
public class NthCallProxy : DispatchProxy
{
    private object _inner = null!;
    private NthCallFault _fault = null!;
    private Func<Exception> _exception = null!;

    internal static T Around<T>(T inner, NthCallFault fault, Func<Exception> exception)
        where T : class
    {
        var made = Create<T, NthCallProxy>();
        var proxy = (NthCallProxy)(object)made;
        (proxy._inner, proxy._fault, proxy._exception) = (inner, fault, exception);
        return made;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        var isCall = targetMethod!.ReturnType.IsAssignableTo(typeof(Task));
        switch (isCall ? _fault.Next(targetMethod.Name) : null)
        {
            case CallFault.Refused:
                return Faulted(targetMethod.ReturnType, Task.CompletedTask);

            case CallFault.AnswerLost:
                return Faulted(targetMethod.ReturnType, (Task)Call(targetMethod, args)!);

            default:
                return Call(targetMethod, args);
        }
    }

    private object? Call(MethodInfo method, object?[]? args)
    {
        try
        {
            return method.Invoke(_inner, args);
        }
        catch (TargetInvocationException exception)
        {
            ExceptionDispatchInfo.Throw(exception.InnerException!);
            throw;
        }
    }

    private object? Faulted(Type returned, Task before) => returned == typeof(Task)
        ? FailAsync<bool>(before)
        : typeof(NthCallProxy).GetMethod(nameof(FailAsync), BindingFlags.NonPublic | BindingFlags.Instance)!
            .MakeGenericMethod(returned.GetGenericArguments()[0])
            .Invoke(this, [before]);

    private async Task<T> FailAsync<T>(Task before)
    {
        await before;
        throw _exception();
    }
}
