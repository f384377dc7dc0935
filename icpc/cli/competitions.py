"""``judge competitions``: the competitions that come with the program."""

from icpc.cli.options import FormatOption
from icpc.cli.output import Format, print_data, print_line


def competitions(format: FormatOption = Format.TABLE) -> None:  # the option is called --format
    """List the bundled competitions, with their candidates, rounds and comparisons.

    Example: judge competitions
    """
    from icpc.workflows.competitions import list_competitions

    table = list_competitions()
    if format is not Format.TABLE:
        print_data(table, format)
        return
    for row in table.itertuples():
        print_line(f"{row.name}: {row.title}")
        exempt = f", {row.exempt} more exempt" if row.exempt else ""
        print_line(f"  {row.candidates} candidates{exempt}; {row.rounds}")
        print_line(f"  comparisons: {row.comparisons}")
        if row.panel_rounds:
            print_line(f"  marks of rounds: {row.panel_rounds} (--round)")
        if row.published_curve:
            print_line(f"  published curve: {row.published_curve} (judge hitrate --published)")
