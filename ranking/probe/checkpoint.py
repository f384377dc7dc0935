"""A probe on disk: weights as safetensors, and beside them what they are, as JSON.

Conventions
-----------
``FILE.safetensors`` holds numbers only; ``FILE.json`` names the task, what the embeddings were made
with, the settings, the data that were learnt from, the version of this program, and the SHA-256 of
the weights. The JSON is written last. A probe is refused where any of it does not fit.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from safetensors.torch import save

from ranking.embeddings.store import CacheKey
from ranking.encoders.checkpoints import load_strictly, read_checkpoint
from ranking.errors import ProbeError, WeightsError
from ranking.files.atomic import replacing
from ranking.files.hashing import file_sha256
from ranking.network.head import Head, HeadConfig, make_head

FORMAT = 1
SUFFIX = ".safetensors"


@dataclass(frozen=True)
class Record:
    """What a probe is."""

    task: str
    """Name of the question that it answers."""
    cache_key: CacheKey
    """What the embeddings were made with that it was fitted on."""
    config: HeadConfig
    settings: Mapping[str, Any] = field(default_factory=dict)
    """How it was fitted."""
    data_sha256: str = ""
    """Of the examples it was fitted on."""
    results: Mapping[str, Any] = field(default_factory=dict)
    """What it reached."""
    remark: str = ""
    """What a reader of its verdicts must know."""
    version: str = field(default_factory=lambda: version("judge"))


@dataclass(frozen=True)
class Probe:
    """A trained head, in eval mode, and what it is."""

    head: Head
    record: Record

    def __post_init__(self) -> None:
        """Refuse a head that is not the record's; leave it ready to judge."""
        if self.head.config != self.record.config:
            raise ValueError("the head is not the one of the record")
        self.head.eval().requires_grad_(requires_grad=False)


def check_path(path: Path) -> None:
    """Refuse a place where no probe can be written, before there is anything to write.

    Raises
    ------
    ProbeError
        If its name has another ending, or its folder cannot be written to.
    """
    _beside(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise _unwritable(path, error) from None


def save_probe(probe: Probe, path: Path) -> None:
    """Write ``path``, which ends in .safetensors, and the JSON beside it.

    Raises
    ------
    ProbeError
        If the path has another ending, or cannot be written.
    """
    weights = save({key: value.cpu() for key, value in probe.head.state_dict().items()})
    digest = hashlib.sha256(weights).hexdigest()
    facts = {"format": FORMAT, **_on_disk(probe.record), "weights_sha256": digest}
    record = (json.dumps(facts, indent=1) + "\n").encode()
    try:
        for place, content in ((path, weights), (_beside(path), record)):
            with replacing(place) as file:
                file.write(content)
    except OSError as error:
        raise _unwritable(path, error) from None


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
    head = make_head(record.config)
    try:
        load_strictly(head, read_checkpoint(path), str(path))
    except WeightsError as error:
        raise ProbeError(error.where, error.what, "train it again") from None
    return Probe(head, record)


def check_use(probe: Probe, cache_key: CacheKey, tasks: Sequence[str], where: str) -> None:
    """Refuse a probe for embeddings or a question that it was not fitted on.

    Parameters
    ----------
    where : how the user knows the probe, its file

    Raises
    ------
    ProbeError
        Naming what differs.
    """
    own = probe.record
    if own.task not in tasks:
        raise ProbeError(where, f"it answers {own.task}", f"give a probe of {' or '.join(tasks)}")
    if own.cache_key.encoder != cache_key.encoder:
        raise ProbeError(
            where,
            f"it was trained on {own.cache_key.encoder} embeddings, these are of "
            f"{cache_key.encoder}",
            f"choose another probe, or {own.cache_key.encoder} embeddings",
            "other-probe-or-encoder",
            encoder=own.cache_key.encoder,
        )
    for what, fitted, given in (
        ("weights", own.cache_key.weights_sha256, cache_key.weights_sha256),
        ("arithmetic", own.cache_key.precision, cache_key.precision),
        ("front end", own.cache_key.front_end, cache_key.front_end),
    ):
        if fitted != given:
            raise ProbeError(
                where,
                f"it was fitted on {cache_key.encoder} embeddings of other {what} ({fitted}), "
                f"these are of {given}",
                "embed anew as it was fitted, or train a probe on these",
            )


def _beside(path: Path) -> Path:
    if path.suffix != SUFFIX:
        raise ProbeError(str(path), f"a probe's file ends in {SUFFIX}", "name it so")
    return path.with_suffix(".json")


def _unwritable(path: Path, error: OSError) -> ProbeError:
    return ProbeError(
        str(path), f"it cannot be written ({error.strerror})", "choose another place", "other-out"
    )


def _on_disk(record: Record) -> dict[str, Any]:
    """A record's values under the names that files know; a field that is renamed keeps its own."""
    return {
        "task": record.task,
        "made": asdict(record.cache_key),
        "config": record.config.on_disk,
        "settings": record.settings,
        "data_sha256": record.data_sha256,
        "results": record.results,
        "note": record.remark,
        "version": record.version,
    }


def _read_record(path: Path) -> tuple[Record, str]:
    """The record, and the SHA-256 of its weights."""
    try:
        facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if (found := facts.pop("format")) != FORMAT:
            raise ProbeError(
                str(path), f"written in format {found}, this program knows {FORMAT}", "update judge"
            )
        digest: str = facts.pop("weights_sha256")
        cache_key = facts.pop("made")
        front_end = tuple((name, value) for name, value in cache_key.pop("front_end"))
        config = facts.pop("config")
        channels = tuple(config.pop("channels"))
        record = Record(
            cache_key=CacheKey(**cache_key, front_end=front_end),
            config=HeadConfig(**config, channels=channels),
            **facts,
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ProbeError(str(path), f"no record of a probe ({error})", "train it again") from None
    return record, digest
