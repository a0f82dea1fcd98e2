using Spectre.Console;

namespace Continuity.Cli.Output;

/// <summary>How every table looks: no box, one rule under the headings.</summary>
internal static class Tables
{
    public static Table New(params string[] headings)
    {
        var table = new Table().Border(TableBorder.Simple).BorderColor(Color.Grey);
        foreach (var heading in headings)
        {
            table.AddColumn(new TableColumn(new Text(heading, new Style(Color.Grey))));
        }

        return table;
    }

    public static Text Cell(string text) => new(text);

    public static Text Cell(string text, string colour) => new(text, Style.Parse(colour));
}
