"""Single bits changed at random positions of every file that the program writes.

What reads the file finds it, computes a cache anew, or is given the very same values. Files of
:data:`UNREAD` are for people, and no result depends on them.
"""

import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scenes import Stage

from icpc.findings.checks import check_study
from icpc.study.kept import KeptResults
from icpc.study.runs import load_run
from ranking.embeddings.store import CACHE_KEY_FILE, EmbeddingStore, read_on_demand
from ranking.encoders import weights_hash
from ranking.errors import JudgeError
from ranking.files.hashing import file_sha256
from ranking.files.records import read_record
from ranking.judging.permutations import fit_permuted_results
from ranking.judging.vote_log import open_vote_log
from ranking.probe.checkpoint import load_probe
from ranking.probe.state import load_state, save_state

UNREAD = (CACHE_KEY_FILE,)
"""Files that nothing reads: the name of the folder has the hash of the cache key."""
LENGTHS = (6, 4, 9)


class AnewError(Exception):
    """Raised by what would compute a cache anew."""


@dataclass(frozen=True)
class Reader:
    """A file, and what reads it."""

    kind: str
    path: Path
    read: Callable[[], object]
    """Returns its values, to be compared by repr; raises where it finds damage."""


@dataclass(frozen=True)
class Flip:
    """A changed bit, and what came of it."""

    kind: str
    byte: int
    size: int
    how: str
    """found, computed anew, without effect, or unseen."""


def flip_at_random(
    readers: Sequence[Reader], count: int, rng: np.random.Generator
) -> Iterator[Flip]:
    """Flip bits, one at a time, in files of all kinds in turns."""
    kinds: dict[str, list[Reader]] = {}
    for one in readers:
        kinds.setdefault(one.kind, []).append(one)
    undamaged = {one.path: repr(one.read()) for one in readers}
    for turn in range(count):
        own = [*kinds.values()][turn % len(kinds)]
        reader = own[int(rng.integers(len(own)))]
        yield _flip(reader, undamaged[reader.path], rng)


def _flip(reader: Reader, undamaged: str, rng: np.random.Generator) -> Flip:
    content, facts = reader.path.read_bytes(), reader.path.stat()
    at = int(rng.integers(len(content)))
    damaged = bytearray(content)
    damaged[at] ^= 1 << int(rng.integers(8))
    reader.path.write_bytes(damaged)
    try:
        how = "without effect" if repr(reader.read()) == undamaged else "unseen"
    except JudgeError:
        how = "found"
    except AnewError:
        how = "computed anew"
    finally:
        reader.path.write_bytes(content)
    assert facts.st_size == len(content)
    return Flip(reader.kind, at, len(content), how)


def readers_of(stage: Stage) -> list[Reader]:
    """Return a reader of every file that the scenes write, or write for a while."""
    return [
        *_embeddings(stage.copy(stage.play("embed"))),
        *_run(stage.copy(stage.play("rank")), "run of recordings"),
        *_run(stage.copy(stage.play("report")), "run with a report"),
        *_run(stage.copy(stage.play("curve")), "run with a curve"),
        *_findings(stage.copy(stage.play("check"))),
        *_probes(stage.copy(stage.play("train")), "probes/mine", "probe"),
        *_probes(stage.copy(stage.play("fit")), "embeddings/rankers/*/ranker", "fitted ranker"),
        *_alone(stage),
    ]


def quick_readers_of(stage: Stage) -> list[Reader]:
    """Return readers of files that are written in a moment."""
    return [
        *_embeddings(stage.copy(stage.play("embed"))),
        *_run(stage.copy(stage.play("tables")), "run"),
        *_alone(stage),
    ]


def _alone(stage: Stage) -> Iterator[Reader]:
    """Readers of files that take no command to be written."""
    for make in (_states, _votes, _permutations, _weights_hash):
        yield from make(stage.new_folder())


def _embeddings(folder: Path) -> Iterator[Reader]:
    root = folder / "embeddings"
    store = EmbeddingStore(root)
    for path in sorted(root.glob("*/*.*")):
        if path.name in UNREAD:
            yield Reader(f"embedding, {path.name}", path, lambda: "")
        elif path.parent.name.startswith("spectrogram"):
            kind = f"embedding, {path.suffix}"
            yield Reader(kind, path, partial(_embedding, store, path.with_suffix("")))


def _embedding(store: EmbeddingStore, path: Path) -> object:
    for array, what in store.find_damaged():
        raise JudgeError(str(array), what, "none")
    key = _KeyOfFolder(path.parent.name)
    found = read_on_demand(store.load(key, path.name))  # type: ignore[arg-type]
    values = np.asarray(found.segments)
    return values.tobytes(), found.seconds.tolist(), dict(found.computation), found.file_seconds


@dataclass(frozen=True)
class _KeyOfFolder:
    folder: str
    encoder: str = "spectrogram"


def _run(folder: Path, kind: str) -> Iterator[Reader]:
    run = folder / "run"
    for path in sorted(run.iterdir()):
        yield Reader(f"{kind}, {path.name}", path, partial(_verified, run))


def _verified(run: Path) -> object:
    from icpc.workflows.results import verify_run

    states = verify_run(run)
    for file, status in states.itertuples(index=False):
        if status != "unchanged":
            raise JudgeError(str(run / file), status, "none")
    return states.to_csv()


def _findings(folder: Path) -> Iterator[Reader]:
    run = folder / "run"
    study, path = load_run(run), run / "findings.json"
    names = list(read_record(path)["values"])
    assert check_study(study) is not None

    def read() -> object:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            kept = KeptResults(study, run)
            return [kept.get(name, _anew, _same, _same) for name in names]

    yield Reader("kept findings", path, read)


def _probes(folder: Path, pattern: str, kind: str) -> Iterator[Reader]:
    for weights in sorted(folder.glob(f"{pattern}.safetensors")):
        for path in (weights, weights.with_suffix(".json")):
            yield Reader(f"{kind}, {path.suffix}", path, partial(_probe, weights))


def _probe(path: Path) -> object:
    probe = load_probe(path)
    state = {name: one.numpy().tobytes() for name, one in probe.head.state_dict().items()}
    return state, probe.record


def _states(folder: Path) -> Iterator[Reader]:
    import torch

    path = folder / "0123.fit"
    state = {"weights": torch.arange(200.0), "epoch": 3, "history": [0.5, 0.25]}
    save_state(state, path)

    def read() -> object:
        found = load_state(path, torch.device("cpu"))
        return {name: getattr(one, "tolist", lambda own=one: own)() for name, one in found.items()}

    yield Reader("state of a training", path, read)


def _votes(folder: Path) -> Iterator[Reader]:
    def read() -> object:
        with open_vote_log(folder, {"of": "flips"}, LENGTHS) as log:
            records = [record.tolist() for record in log.records]
        if len(records) < len(LENGTHS):
            assert records == whole[: len(records)]
            raise AnewError
        return records

    with open_vote_log(folder, {"of": "flips"}, LENGTHS) as log:
        for number, length in enumerate(LENGTHS):
            log.append(np.random.default_rng(number).random(length))
        whole = [record.tolist() for record in log.records]
    (path,) = folder.iterdir()
    yield Reader("votes", path, read)


def _permutations(folder: Path) -> Iterator[Reader]:
    score = pd.Series({"ann": 2.0, "bob": 1.0, "cyd": 0.0})
    pairs = [(one, other) for one in score.index for other in score.index if one != other]
    table = pd.DataFrame(pairs, columns=["first", "second"]).assign(winner="ann")
    table["winner"] = table["first"]

    def read(fit_and_compare: Callable[..., pd.DataFrame] = lambda *_: _anew()) -> object:
        return fit_permuted_results(score, 0, 1, folder, fit_and_compare).outcomes.tolist()

    read(lambda *_: table)
    (path,) = folder.glob("*.npy")
    yield Reader("permutation", path, read)


def _weights_hash(folder: Path) -> Iterator[Reader]:
    """The hash of a large weights file, beside it; here every file is large."""
    import os

    weights, record = folder / "w.pth", folder / ".w.pth.sha256.json"
    weights.write_bytes(b"weights")
    os.utime(weights, (0, 0))
    weights_hash.LARGE_BYTES = 0

    def read() -> object:
        weights_hash._hash_of.cache_clear()
        return weights_hash.weights_sha256(weights)

    assert read() == file_sha256(weights)
    yield Reader("hash of weights", record, read)


def _anew() -> Any:
    raise AnewError


def _same(value: Any) -> Any:
    return value
