"""A probe on disk: weights as safetensors, and beside them what they are, as JSON.

Conventions
-----------
``FILE.safetensors`` holds numbers only; ``FILE.json`` names the task, the cache key of the
embeddings, the shape of the head, the settings, the SHA-256 of the training data, the results, what
it was computed with, the version of this program, the SHA-256 of the weights, and that of all this.
The JSON is written last. A probe is refused where any of it does not fit. Files of version 0.1.0
(format 1) have no hash of the record: they are read, with a warning of that, and of old names.
"""

import hashlib
import json
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save

from ranking import __version__
from ranking.deprecation import with_new_names
from ranking.embeddings.cache_key import CacheKey
from ranking.encoders.checkpoints import check_weights, load_strictly, read_checkpoint
from ranking.errors import FileWarning, ProbeError, WeightsError
from ranking.files.atomic import check_can_be_written, open_atomic, write_error
from ranking.files.hashing import file_sha256, with_check, without_check
from ranking.files.records import check_fields, read_record
from ranking.network.head import Head, HeadConfig, make_head

FORMAT, UNCHECKED_FORMAT = 2, 1
SUFFIX = ".safetensors"

RENAMED = {"made": "cache_key", "note": "remark"}
RENAMED_WITHIN = {
    "front_end": {"left": "left_channel", "rate": "sample_rate"},
    "config": {"classes": "outputs", "sides": "inputs"},
    "settings": {
        "batch": "batch_size",
        "crossed": "windows_per_step",
        "rate": "learning_rate",
        "decay": "weight_decay",
        "warm_up": "warmup",
        "half": "bf16",
        "order": "shuffle_seed",
        "start": "initial_head_sha256",
    },
    "results": {"rate": "learning_rate", "decay": "weight_decay"},
}


@dataclass(frozen=True)
class Record:
    """What a probe is."""

    task: str
    """Name of the task, such as ``expertise-2``."""
    cache_key: CacheKey
    """Encoder and options of the embeddings that it was trained on."""
    config: HeadConfig
    """Shape of the head."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Settings of the training, by name."""
    data_sha256: str = ""
    """SHA-256 of the training data."""
    results: Mapping[str, Any] = field(default_factory=dict)
    """Metrics on validation and test, by name."""
    remark: str = ""
    """A sentence that readers of its comparisons must know."""
    computation: Mapping[str, str] = field(default_factory=dict)
    """What its bytes depend on beside settings and data: torch, CPU capability and device."""
    version: str = __version__


@dataclass(frozen=True)
class Probe:
    """A trained head, in eval mode, and what it is."""

    head: Head
    record: Record
    """Task, embeddings, settings and results."""

    def __post_init__(self) -> None:
        """Refuse a head that is not the record's; leave it ready to predict."""
        if self.head.config != self.record.config:
            raise ValueError("the head is not the one of the record")
        self.head.eval().requires_grad_(requires_grad=False)


def check_probe_path(path: Path) -> None:
    """Refuse a place where no probe can be written, before there is anything to write.

    Raises
    ------
    ProbeError
        If its name has another ending, or its folder cannot be written to.
    """
    _beside(path)
    check_can_be_written(path, ProbeError, out=True)


def save_probe(probe: Probe, path: Path) -> None:
    """Write ``path``, which ends in .safetensors, and the JSON beside it.

    Raises
    ------
    ProbeError
        If the path has another ending, or cannot be written.
    """
    weights = save({key: value.cpu() for key, value in probe.head.state_dict().items()})
    digest = hashlib.sha256(weights).hexdigest()
    facts = {"format": FORMAT, **asdict(probe.record), "weights_sha256": digest}
    facts["cache_key"] = probe.record.cache_key.record
    if not facts["computation"]:  # it was not recorded once, and what is read is written as it was
        del facts["computation"]
    if probe.record.cache_key.segmentation == 1:
        del facts["cache_key"]["segmentation"]
    record = (json.dumps(with_check(facts), indent=1) + "\n").encode()
    try:
        for place, content in ((path, weights), (_beside(path), record)):
            with open_atomic(place) as file:
                file.write(content)
    except OSError as error:
        kept = "what was embedded and trained is kept"
        raise write_error(ProbeError, path, error, kept, key="other-out") from None


def load_probe(path: Path) -> Probe:
    """Return the probe of a file that :func:`save_probe` wrote.

    Raises
    ------
    ProbeError
        If either file is missing or damaged, or the two do not belong together.
    """
    beside = _beside(path)
    for file in (path, beside):
        if not file.is_file():
            raise ProbeError(
                str(file), "there is no such file", "a probe is two files, .safetensors and .json"
            )
    record, digest = _read_record(beside)
    if file_sha256(path) != digest:
        raise ProbeError(
            str(path), f"these are not the weights that {beside.name} names", "train it again"
        )
    try:
        state = read_checkpoint(path)
        with torch.device("meta"):  # shapes alone: those of a made-up record may be endless
            check_weights(make_head(record.config), state, str(path))
        head = make_head(record.config)
        load_strictly(head, state, str(path))
    except WeightsError as error:
        raise ProbeError(error.where, error.what, "train it again") from None
    except RuntimeError as error:
        what = f"no head has the shape in {beside.name} ({str(error)[:80]})"
        raise ProbeError(str(path), what, "train it again") from None
    return Probe(head, record)


def check_probe_use(
    probe: Probe,
    cache_key: CacheKey,
    tasks: Sequence[str],
    where: str,
    segments: int | None = None,
) -> None:
    """Refuse a probe for embeddings or a task that it was not trained on.

    Parameters
    ----------
    probe
        The probe that is to be used.
    cache_key
        Encoder and options of the embeddings.
    tasks
        Names of the tasks that would do.
    where
        How the user knows the probe: its file.
    segments
        Segments of the windows that it is given; None: as many as it was trained on.

    Raises
    ------
    ProbeError
        Naming what differs.
    """
    own = probe.record
    if own.task not in tasks:
        raise ProbeError(where, f"its task is {own.task}", f"give a probe of {' or '.join(tasks)}")
    if segments not in (None, own.config.segments):
        raise ProbeError(
            where,
            f"it was trained on windows of {own.config.segments} segments, these have {segments}",
            "give a probe of such windows",
        )
    if own.cache_key.encoder != cache_key.encoder:
        raise ProbeError(
            where,
            f"it was trained on {own.cache_key.encoder} embeddings, these are of "
            f"{cache_key.encoder}",
            f"choose another probe, or {own.cache_key.encoder} embeddings",
            "other-probe-or-encoder",
            encoder=own.cache_key.encoder,
        )
    for what, trained, given in (
        ("code", own.cache_key.module_sha256, cache_key.module_sha256),
        ("weights", own.cache_key.weights_sha256, cache_key.weights_sha256),
        ("arithmetic", own.cache_key.precision, cache_key.precision),
        ("front end", own.cache_key.front_end, cache_key.front_end),
    ):
        if trained != given:
            raise ProbeError(
                where,
                f"it was trained on {cache_key.encoder} embeddings with other {what} ({trained}), "
                f"these have {given}",
                "embed the recordings with the same, or train a probe on these embeddings",
            )


def _beside(path: Path) -> Path:
    if path.suffix != SUFFIX:
        raise ProbeError(str(path), f"a probe's file ends in {SUFFIX}", "name it so")
    return path.with_suffix(".json")


def _read_record(path: Path) -> tuple[Record, str]:
    """The record, and the SHA-256 of its weights."""
    try:
        facts = read_record(path)
        if (found := facts["format"]) not in (FORMAT, UNCHECKED_FORMAT):
            raise ProbeError(
                str(path), f"written in format {found}, this program knows {FORMAT}", "update judge"
            )
        if found == FORMAT:
            facts = without_check(facts)
        else:
            _warn_unchecked(path)
        del facts["format"]
        digest: str = facts.pop("weights_sha256")
        written = facts["cache_key"] if "cache_key" in facts else facts["made"]
        facts["front_end"] = dict(written.pop("front_end"))
        facts = with_new_names(str(path), facts, RENAMED, RENAMED_WITHIN)
        front_end = sorted(facts.pop("front_end").items())
        cache_key = check_fields({**facts.pop("cache_key"), "front_end": front_end}, CacheKey)
        config = check_fields(facts.pop("config"), HeadConfig)
        own = check_fields(facts, Record, without=("cache_key", "config"))
        record = Record(cache_key=CacheKey(**cache_key), config=HeadConfig(**config), **own)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ProbeError(str(path), f"not a probe's record ({error})", "train it again") from None
    return record, digest


def _warn_unchecked(path: Path) -> None:
    what = "a probe of an earlier version, without a hash of its record"
    what = f"{path}: {what}; whether that has changed since cannot be told."
    warnings.warn(what, FileWarning, stacklevel=4)
