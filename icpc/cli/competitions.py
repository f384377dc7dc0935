"""``judge competitions``: what is bundled."""

from typing import TYPE_CHECKING

from icpc.cli.output import Format, print_data, print_line

if TYPE_CHECKING:
    import pandas as pd


def competitions(format: Format = Format.TABLE) -> None:  # the option is called --format
    """List the bundled competitions, and what each has.

    Example: judge competitions
    """
    from icpc.competition.competitions import bundled_names

    table = _inventory(bundled_names())
    if format is not Format.TABLE:
        print_data(table, format)
        return
    for row in table.itertuples():
        print_line(f"{row.name}: {row.title}")
        print_line(f"  {row.candidates} candidates to judge, {row.exempt} exempt; {row.rounds}")
        print_line(f"  verdicts: {row.verdicts}")
        if row.stages:
            print_line(f"  marks of stages: {row.stages} (--stage)")
        if row.figure:
            print_line(f"  published curve: {row.figure} (judge hitrate --published)")


def _inventory(names: list[str]) -> "pd.DataFrame":
    import pandas as pd

    from icpc.competition.competitions import load_competition
    from icpc.study.source import read_verdicts

    rows = []
    for name in names:
        competition = load_competition(name)
        rows.append(
            {
                "name": name,
                "title": competition.title,
                "candidates": len(competition.judged),
                "exempt": int(competition.roster["exempt"].sum()),
                "rounds": " → ".join(competition.rounds),
                "verdicts": read_verdicts(competition).source,
                "stages": ", ".join(competition.stages),
                "figure": "Figure 2" if competition.figure else "",
            }
        )
    return pd.DataFrame(rows)
