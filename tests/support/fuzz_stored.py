"""Fuzz targets of what the program itself writes: runs, probes, embeddings, votes, weights.

Such a file may come from somebody who means harm: a hash that it has of itself, or of the file
beside it, is made anew after the change.
"""

import hashlib
import io
import json
import shutil
import tempfile
import warnings
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import torch
from fuzzing import Target
from mutations import with_other_bytes, with_other_values
from safetensors.torch import save

from icpc.findings.accuracy import find_pair_accuracy
from icpc.findings.checks import check_study
from icpc.findings.consistency import find_transitivity
from icpc.findings.kept import kept_findings
from icpc.findings.results import find_left_out
from icpc.page.curves import hit_rate_curves_by_label, hit_rate_page_data
from icpc.study.kept import KeptResults
from icpc.study.run_folder import COMPLETE, FINDINGS_FILE, NAMES_FILE, RECORD_FILE
from icpc.study.runs import load_run, load_run_record
from icpc.study.study import Study
from ranking.deprecation import RenamedWarning
from ranking.embeddings.cache_key import CacheKey
from ranking.embeddings.store import EmbeddingStore, read_on_demand
from ranking.encoders.checkpoints import read_checkpoint, state_dict_of
from ranking.encoders.spec import Weights
from ranking.encoders.weights_lock import expected_sha256
from ranking.errors import FileWarning, JudgeError
from ranking.evaluation.permuted_outcomes import npy_to_outcomes, outcomes_to_npy
from ranking.files.hashing import CHECK, HASH_BYTES, json_sha256, with_check, with_hash
from ranking.files.records import parse_array
from ranking.judging.vote_log import open_vote_log
from ranking.network.head import HeadConfig, make_head
from ranking.probe.checkpoint import Probe, Record, load_probe, save_probe
from ranking.probe.state import load_state, save_state

DATA = Path(__file__).parent.parent / "data"
NO_JSON = r"Expecting|Invalid|Extra data|Unterminated|codec|no JSON object|nothing is kept"
SOUND_SHA256 = "0" * 64
KEY = CacheKey("spectrogram", front_end=(("hop", 441), ("left_channel", False)))


@cache
def targets() -> dict[str, Target]:
    """Return the targets by name."""
    weights, record = _probe()
    return {
        **_of_weights(),
        **_of_embeddings(),
        **_of_runs(),
        "probe": json_target(record, "probe.json", _read_probe, repaired=_with_check),
        "probe weights": Target(
            weights,
            "probe.safetensors",
            _read_probe_weights,
            0.2,
            at_header="no weights file",
            changed=with_other_bytes,
        ),
        "training": Target(
            _state(),
            "t.fit",
            _read_state,
            at_header="cannot be read",
            repaired=lambda content: with_hash(content[:-HASH_BYTES]),
        ),
        "votes log": Target(_votes(), "v/x.votes", _read_votes, changed=with_other_bytes),
        "array": Target(
            _npy(), "a.npy", _read_array, 0.9, at_header="damaged", changed=with_other_bytes
        ),
        "permutations": Target(
            _permuted(),
            "p.npy",
            _read_permutations,
            0.7,
            at_header="four",
            changed=with_other_bytes,
        ),
        "lock": Target(b"0" * 64 + b"  w.pth\n", "w.pth.sha256", _read_lock),
    }


json_target = partial(Target, changed=with_other_values, at_header=NO_JSON)


def _of_runs() -> dict[str, Target]:
    names = json.dumps(with_check({"names": ["ranking.csv", RECORD_FILE]})).encode()
    return {
        "run": json_target(
            (DATA / "run-0.1.0" / RECORD_FILE).read_bytes(),
            f"run/{RECORD_FILE}",
            lambda path: load_run_record(path.parent),
        ),
        "names of a run": json_target(
            names, f"n/{COMPLETE}/{NAMES_FILE}", _read_names, repaired=_with_check
        ),
        "findings": json_target(
            _findings(),
            f"kept/{FINDINGS_FILE}",
            _read_findings,
            repaired=lambda content: _with_hash(content, "sha256", lambda values: values["values"]),
        ),
    }


def _read_names(path: Path) -> object:
    run = path.parent.parent
    for folder in (run, path.parent):
        shutil.copy(DATA / "run-0.1.0" / RECORD_FILE, folder / RECORD_FILE)
    (run / "mine.txt").write_text("mine")
    try:
        return load_run_record(run)
    finally:
        if not (run / "mine.txt").is_file():
            raise ValueError("a file that is none of the run is gone")
        shutil.rmtree(run)


@cache
def _study() -> Study:
    folder = Path(tempfile.mkdtemp()) / "run"
    shutil.copytree(DATA / "run-0.1.0", folder)
    with warnings.catch_warnings():
        for own in (RenamedWarning, FileWarning):
            warnings.simplefilter("ignore", own)
        return load_run(folder)


def _findings() -> bytes:
    """What is kept of a run, with some of the findings."""
    study = _study()
    folder = study.competition.roster_path.parent
    some = partial(check_study, finders=(find_left_out, find_pair_accuracy, find_transitivity))
    with (
        warnings.catch_warnings(),
        patch("icpc.findings.kept.check_study", some),
    ):
        for own in (RenamedWarning, FileWarning):
            warnings.simplefilter("ignore", own)
        kept = KeptResults(study, folder)
        kept_findings(kept)
        hit_rate_curves_by_label(kept)
    return (folder / FINDINGS_FILE).read_bytes()


class _Kept(KeptResults):
    """What is kept of a run; nothing is computed."""

    def get(self, name: str, compute: Any, to_json: Any, from_json: Any) -> Any:
        if not self._values:
            raise JudgeError(name, "nothing is kept", "compute it")
        return super().get(name, self._computed, to_json, from_json)

    def _computed(self) -> Any:
        raise JudgeError("kept", "other values than the program writes", "compute them")


def _read_findings(path: Path) -> object:
    study = _study()
    kept = _Kept(study, path.parent)
    findings, curves = kept_findings(kept), hit_rate_curves_by_label(kept)
    index = {candidate: at for at, candidate in enumerate(study.ranking["candidate"])}
    data = [hit_rate_page_data(curve, index) for curve in curves.values()]
    return findings.table(), data, [curve.sentences for curve in curves.values()]


def _with_hash(content: bytes, name: str, of: Callable[[Any], Any]) -> bytes:
    """A record with the hash of its values made anew, if it is one."""
    try:
        values = json.loads(content)
        values[name] = json_sha256(of(values))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return content
    return json.dumps(values).encode()


def _with_check(content: bytes) -> bytes:
    """A record with the hash of its other values made anew, if it is one."""

    def unchecked(facts: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in facts.items() if name != CHECK}

    return _with_hash(content, CHECK, unchecked)


def _read_probe(path: Path) -> object:
    path.with_suffix(".safetensors").write_bytes(_probe()[0])
    return load_probe(path.with_suffix(".safetensors"))


def _read_probe_weights(path: Path) -> object:
    facts = json.loads(_probe()[1])
    facts["weights_sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    path.with_suffix(".json").write_bytes(_with_check(json.dumps(facts).encode()))
    state = load_probe(path).head.state_dict()
    if not all(torch.isfinite(one).all() for one in state.values() if one.is_floating_point()):
        raise ValueError("weights that are no numbers")
    return state


@cache
def _probe() -> tuple[bytes, bytes]:
    """The weights and the record of a small probe."""
    config = HeadConfig(frames=40, dimension=40, outputs=2, inputs=2, segments=2, width=8)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "probe.safetensors"
        save_probe(Probe(make_head(config), Record("expertise-2", KEY, config)), path)
        return path.read_bytes(), path.with_suffix(".json").read_bytes()


def _state() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        save_state({"epoch": 3, "losses": [0.5, 0.4], "w": torch.ones(2, 3)}, Path(folder) / "s")
        return (Path(folder) / "s").read_bytes()


def _read_state(path: Path) -> object:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's, of damaged archives
        return load_state(path, torch.device("cpu"))


def _of_weights() -> dict[str, Target]:
    state = {"a": torch.zeros(3), "b": torch.ones(2, 2)}
    new, old = io.BytesIO(), io.BytesIO()
    torch.save(state, new)
    torch.save(state, old, _use_new_zipfile_serialization=False)
    contents = {".pth": new.getvalue(), ".pt": old.getvalue(), ".safetensors": save(state)}
    return {
        f"weights {ending}": Target(
            content, f"w{ending}", _read_weights, at_header="no weights file"
        )
        for ending, content in contents.items()
    }


def _read_weights(path: Path) -> object:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's, of damaged archives
        return state_dict_of(read_checkpoint(path))


def _read_lock(path: Path) -> object:
    found = expected_sha256(Weights("w.pth", "", 1, "", ""), path.with_suffix(""))
    if len(found) != 64:
        raise ValueError(f"no hash: {found}")
    return found


@cache
def _embedding() -> tuple[bytes, bytes]:
    """The array and the record of an embedding in a store."""
    segments = np.random.default_rng(0).random((3, 4, 2))
    with tempfile.TemporaryDirectory() as folder:
        store = EmbeddingStore(Path(folder))
        with store.open_writer(KEY, SOUND_SHA256, "float16") as writer:
            writer.add(segments, [10, 10, 4.5])
        path = Path(folder) / KEY.folder / f"{SOUND_SHA256}.npy"
        return path.read_bytes(), path.with_suffix(".json").read_bytes()


def _of_embeddings() -> dict[str, Target]:
    array, record = _embedding()

    name = f"store/{KEY.folder}/{SOUND_SHA256}"
    return {
        "embedding": Target(
            array,
            f"{name}.npy",
            _read_embedding,
            0.7,
            at_header="header|cut off",
            changed=with_other_bytes,
        ),
        "embedding's record": json_target(
            record, f"{name}.json", _read_embedding, repaired=_with_check
        ),
    }


def _read_embedding(path: Path) -> object:
    """The segments of an embedding as they were stored, or it is damaged."""
    array, record = _embedding()
    for other, content in ((".npy", array), (".json", record)):
        if path.suffix != other:
            path.with_suffix(other).write_bytes(content)
    embedding = read_on_demand(EmbeddingStore(path.parent.parent).load(KEY, SOUND_SHA256))
    segments = np.asarray(embedding.segments)
    if path.suffix == ".npy" and segments.tobytes() != array[-segments.nbytes :]:
        raise ValueError("other segments than were written")
    return segments, embedding.length


RECORDS = [np.arange(5), np.arange(3) / 7, np.ones(8)]
FACTS = {"of": "a test"}


def _votes() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        with open_vote_log(Path(folder), FACTS, list(map(len, RECORDS))) as log:
            for record in RECORDS:
                log.append(record)
        return next(Path(folder).iterdir()).read_bytes()


def _read_votes(path: Path) -> object:
    """The records that are whole, as they were written, or fewer."""
    content = path.read_bytes()
    path.unlink()
    (path.parent / f"{json_sha256(FACTS)}.votes").write_bytes(content)
    with open_vote_log(path.parent, FACTS, list(map(len, RECORDS))) as log:
        for found, record in zip(log.records, RECORDS, strict=False):
            if not np.array_equal(found, record.astype("<f4")):
                raise ValueError("another record than was written")
        return log.records


def _npy() -> bytes:
    content = io.BytesIO()
    np.save(content, np.arange(12, dtype=np.int8).reshape(3, 4))
    return content.getvalue()


def _read_array(path: Path) -> object:
    try:
        return parse_array(path.read_bytes())
    except ValueError as error:
        raise JudgeError("array", str(error), "none") from None


def _permuted() -> bytes:
    outcomes = np.random.default_rng(0).integers(0, 2, (3, 4, 4))
    return outcomes_to_npy(outcomes)


def _read_permutations(path: Path) -> object:
    found = npy_to_outcomes(path.read_bytes(), 4)
    if found is None:
        raise JudgeError("permutations", "not those of four candidates", "none")
    return found
