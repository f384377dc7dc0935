"""``judge doctor``: what is installed, and what is missing."""

from typing import Annotated, Any

import typer

from icpc.cli.options import FormatOption
from icpc.cli.output import Format, print_data, print_line
from icpc.cli.stores import store_option
from icpc.cli.weights import Folder

MARKS = {"ready": "✓", "missing": "–", "wrong": "✗"}


def doctor(
    weights_dir: Folder = None,
    store: Annotated[Any, store_option(help="Examine this store of embeddings.")] = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """Say what is installed, what is missing, and the command that brings it.

    Packages, devices, encoders with their weights, and folders. Exit code 1: something is wrong,
    not only missing.

    Example: judge doctor
    """
    from icpc.installation.doctor import examine_installation, findings_table

    findings = list(examine_installation(weights_dir, store))
    if format is not Format.TABLE:
        print_data(findings_table(findings), format)
    else:
        part = ""
        for one in findings:
            if one.part != part:
                part = one.part
                print_line(part)
            remedy = f": {one.remedy}" if one.remedy else ""
            print_line(f"  {MARKS[one.state]} {one.name}: {one.found}{remedy}")
    if any(one.state == "wrong" for one in findings):
        raise typer.Exit(1)
