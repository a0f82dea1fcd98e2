using System.Text;

namespace Continuity.Engine.Prompts;

/// <summary>Puts phrases together within a length.</summary>
internal sealed class PromptText(int maxLength)
{
    private readonly StringBuilder _text = new();

    /// <summary>Adds a phrase as a sentence of its own, as much of it as there is room for.</summary>
    public PromptText Add(string phrase)
    {
        var clean = Clean(phrase);
        var room = maxLength - _text.Length - (_text.Length > 0 ? 1 : 0);
        if (clean.Length == 0 || room <= 0)
        {
            return this;
        }

        var sentence = clean[^1] is '.' or '!' or '?' or ')' or '…' ? clean : clean + ".";
        var cut = Cut(sentence, room);
        if (cut.Length > 0)
        {
            _text.Append(_text.Length > 0 ? " " : "").Append(cut);
        }

        return this;
    }

    /// <summary>Adds what stands behind a label, unless there is nothing.</summary>
    public PromptText Add(string label, string value) => string.IsNullOrWhiteSpace(value) ? this : Add($"{label}: {value}");

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();

    /// <summary>One line without double spaces.</summary>
    public static string Clean(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    /// <summary>The beginning of a text, ending with a whole word where there is more than one.</summary>
    public static string Cut(string text, int maxLength)
    {
        if (text.Length <= maxLength)
        {
            return text;
        }

        var end = text[maxLength] == ' ' ? maxLength : text.LastIndexOf(' ', maxLength - 1);
        if (end <= 0)
        {
            end = char.IsHighSurrogate(text[maxLength - 1]) ? maxLength - 1 : maxLength;
        }

        return text[..end].TrimEnd(' ', ',', ';', ':');
    }
}
