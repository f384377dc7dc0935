"""``judge embed --dry-run``: hours, disk and memory by each encoder."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from icpc.cli.output import Format, TerminalProgress, print_data, print_remark, print_table
from icpc.workflows.settings import EmbeddingOptions


def print_cost(
    lengths: Sequence[float],
    embedding: EmbeddingOptions,
    machines: int,
    form: Format,
    *,
    every: bool,
) -> None:
    """Print what embedding recordings of these lengths costs, measured and reckoned apart.

    Parameters
    ----------
    lengths
        Length of each recording in seconds.
    embedding
        Encoders, device, and processes on each machine.
    machines
        Number of machines like this one.
    form
        Table, CSV or JSON.
    every
        Whether it is by every encoder that there is, not by those chosen.
    """
    from icpc.installation.costs import cost_table, measure_encoders, workload_of
    from icpc.workflows.embedding import best_device, encoder_choices
    from ranking.embeddings.workers import default_workers, encodes_alone
    from ranking.encoders import ENCODERS, spec_of

    names = list(ENCODERS) if every else [spec_of(name).given for name in embedding.encoders]
    device = best_device(embedding.device)
    each = 1 if encodes_alone(device) else embedding.workers or default_workers()
    load = workload_of(lengths, each * machines)
    with TerminalProgress().start("measuring encoders"):
        found = measure_encoders(
            names, lambda name: encoder_choices(replace(embedding, encoders=(name,)))[0], device
        )
    table = cost_table(found, load)
    if form is Format.TABLE:
        title = (
            f"{load.recordings:,} recordings, {load.segments:,} segments, {load.workers} workers"
        )
        headers = ["encoder", "s/segment", "memory", "disk", "hours", "basis"]
        print_table(
            title, headers, [_row(row) for row in table.to_dict("records")], ["encoder", "basis"]
        )
    else:
        print_data(table, form)
    print_remark(
        f"measured: seconds for a segment and memory of a worker, on {_device_name(device)}; "
        "reckoned from the sizes: disk; extrapolated: hours, as if every worker took as long"
    )


def _row(row: dict[str, Any]) -> list[str]:
    """The fields of a row as people read them."""
    import pandas as pd

    def shown(name: str, unit: float, digits: str, end: str = "") -> str:
        value = row[name]
        return "–" if pd.isna(value) else f"{value / unit:{digits}}{end}"

    return [
        row["encoder"],
        shown("segment_seconds", 1, ".3g"),
        shown("memory_bytes", 1e9, ".2f", " GB"),
        shown("disk_bytes", 1e9, ",.1f", " GB"),
        shown("hours", 1, ",.3g"),
        row["basis"],
    ]


def _device_name(device: str) -> str:
    """Name of a GPU, or of the CPU as far as the system tells it, with its cores."""
    import os

    import torch

    from ranking.devices.capabilities import cpu_name

    if device.partition(":")[0] == "cuda":
        return torch.cuda.get_device_name(device)
    return f"{cpu_name()}, {os.cpu_count()} cores"
