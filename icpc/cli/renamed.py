"""Options of version 0.1.0: their names of today, and words typed with them."""

from collections.abc import Sequence

from icpc.cli.output import print_remark
from ranking.deprecation import UNTIL

RENAMED_OPTIONS = {
    "--batch": "--batch-size",
    "--by": "--method",
    "--crossed": "--windows-per-step",
    "--half": "--bf16",
    "--least": "--min-seconds",
    "--pairs": "--max-pairs",
    "--passed-from": "--passing-score",
    "--stage": "--round",
}
"""Options of version 0.1.0 and what they are called now."""
OLD_NAMES_IN_USE = {"schedule": ("--pairs",), "rank": ("--pairs",)}
"""Old names that a command has for another option, which version 0.1.0 did not have there."""


def with_new_options(args: Sequence[str]) -> list[str]:
    """Return the words typed, options under their new names; a remark for each that was old."""
    out, options = [], True
    kept = OLD_NAMES_IN_USE.get(args[0], ()) if args else ()
    for word in args:
        options = options and word != "--"
        name, *value = word.split("=", 1)
        if options and name in RENAMED_OPTIONS and name not in kept:
            new = RENAMED_OPTIONS[name]
            print_remark(f"{name} is now {new}; the old name works until version {UNTIL}.")
            name = new
        out.append("=".join([name, *value]))
    return out
