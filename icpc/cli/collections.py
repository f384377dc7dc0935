"""``judge collections``: the labelled collections that come with the program."""

from icpc.cli.options import FormatOption
from icpc.cli.output import Format, print_data, print_line


def collections(format: FormatOption = Format.TABLE) -> None:  # the option is called --format
    """List the labelled collections, with their labels, splits, and what is left out.

    Example: judge collections
    """
    from icpc.fetching.listing import list_collections

    table = list_collections()
    if format is not Format.TABLE:
        print_data(table, format)
        return
    for row in table.itertuples():
        hours = "" if row.hours != row.hours else f", {row.hours:,.1f} hours"
        print_line(f"{row.name}: {row.rows:,} rows, {row.recordings:,} recordings{hours}")
        print_line(f"  {row.label}: {row.labels}")
        if row.splits:
            print_line(f"  split: {row.splits}")
        if row.left_out:
            print_line(f"  left out: {row.left_out}; {row.usable:,} can be used")
