"""The option ``--store``: a folder, or an address such as ``s3://bucket/prefix``."""

import os
from functools import partial
from pathlib import Path

import typer

from ranking.storage.addresses import StorePlace, parse_place

COPIES = "JUDGE_STORE_CACHE"
"""Environment variable that names the folder of copies of what is at addresses."""


def read_store(written: str | Path) -> StorePlace:
    """Return the place that an option or its default names.

    Raises
    ------
    StoreError
        If it is an address with credentials in it, or none.
    """
    copies = os.environ.get(COPIES)
    return parse_place(written, Path(copies) if copies else None)


store_option = partial(
    typer.Option, envvar="JUDGE_STORE", parser=read_store, metavar="<path|address>"
)
"""The option; typer cannot read a type that is one of two, so its annotation is Any."""
