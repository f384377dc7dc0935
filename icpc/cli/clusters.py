"""The options ``--scheduler`` and ``--cluster-workers``: a cluster, there or on this machine."""

from functools import partial
from typing import Any

import typer

_computing = partial(typer.Option, rich_help_panel="Computing")


def cluster_options(what: str) -> dict[str, Any]:
    """Return the options that name a cluster, by field.

    Parameters
    ----------
    what
        What it does: "Embed".
    """
    return {
        "scheduler": _computing(
            metavar="ADDRESS",
            help=f"{what} on the Dask cluster of this scheduler, such as tcp://HOST:8786; its "
            "workers share recordings and store.",
        ),
        "cluster_workers": _computing(
            min=1, help=f"{what} on a Dask cluster of so many processes of this machine."
        ),
    }
