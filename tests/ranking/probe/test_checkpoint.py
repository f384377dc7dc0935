"""A probe comes back as it was, or is refused in words."""

import json
import shutil
import warnings
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from flips import taken_in_silence
from safetensors.torch import load_file, save_file

from ranking.deprecation import RenamedWarning
from ranking.embeddings.cache_key import make_cache_key
from ranking.errors import FileWarning, ProbeError
from ranking.files.hashing import with_check
from ranking.network.head import HeadConfig, make_head
from ranking.probe.checkpoint import Probe, Record, check_probe_use, load_probe, save_probe
from ranking.probe.computation import computation_facts

ROOT = Path(__file__).parents[3]
SHIPPED = ROOT / "ranking/judging/rankers/spectrogram.safetensors"
OLD = ROOT / "tests/data/probe-0.1.0/spectrogram.json"
RENAMED = ("made", "note", "left", "classes", "sides", "rate", "decay", "half", "order")
CONFIG = HeadConfig(frames=40, dimension=32, outputs=2, inputs=2, segments=3, width=8)
CACHE_KEY = make_cache_key("spectrogram", "float32", "", {"log": True, "time_first": True})
FLIPS = 200
SETTINGS = {"seed": 3, "learning_rate": 1e-3}
RECORD = Record(
    "expertise-2",
    CACHE_KEY,
    CONFIG,
    SETTINGS,
    "ab" * 32,
    {"accuracy": 1},
    computation=computation_facts("cpu"),
)


@pytest.fixture
def kept(tmp_path):
    probe = Probe(make_head(CONFIG, 1), RECORD)
    path = tmp_path / "runs" / "mine.safetensors"
    save_probe(probe, path)
    return probe, path


def test_a_probe_comes_back_to_the_bit_with_its_record(kept):
    probe, path = kept
    again = load_probe(path)
    assert again.record == probe.record
    assert not again.head.training
    assert not any(weight.requires_grad for weight in again.head.parameters())
    state = again.head.state_dict()
    assert all(torch.equal(state[key], held) for key, held in probe.head.state_dict().items())


def test_the_record_is_json_that_a_person_can_read(kept):
    facts = json.loads(kept[1].with_suffix(".json").read_text())
    assert facts["task"] == "expertise-2"
    assert facts["cache_key"]["encoder"] == "spectrogram"
    assert facts["settings"] == {"seed": 3, "learning_rate": 1e-3}
    assert facts["config"]["channels"] == [1, 2, 1]
    assert facts["computation"] == {
        "torch": torch.__version__,
        "cpu_capability": torch.backends.cpu.get_cpu_capability(),
        "device": "cpu",
    }


def test_the_shipped_ranker_is_written_as_it_was_read_and_has_no_old_names(tmp_path):
    with warnings.catch_warnings(action="error"):
        probe = load_probe(SHIPPED)
    save_probe(probe, path := tmp_path / SHIPPED.name)
    for own, other in ((path, SHIPPED), (path.with_suffix(".json"), SHIPPED.with_suffix(".json"))):
        assert own.read_bytes() == other.read_bytes()


def test_a_probe_of_version_0_1_0_is_read_with_one_warning(tmp_path):
    """The shipped ranker's record as it was then: weights and their hash have not changed."""
    shutil.copy(SHIPPED, tmp_path)
    shutil.copy(OLD, tmp_path)
    with pytest.warns(RenamedWarning) as warned, pytest.warns(FileWarning, match="cannot be told"):
        old = load_probe(tmp_path / SHIPPED.name)
    (message,) = {str(one.message) for one in warned}
    for name in RENAMED:
        assert f"'{name}' is now '" in message
    today = load_probe(SHIPPED)
    assert old.head.sha256 == today.head.sha256
    assert old.record.remark.startswith("judged by the ranker that comes with judge")
    validation, *tests = old.record.results.values()
    assert validation == today.record.results["validation"]
    assert [one["accuracy"] for one in tests] == [0.789, 0.5829]  # tested again since
    same = {"results": today.record.results, "remark": today.record.remark}
    assert replace(old.record, **same) == today.record


def test_front_end_options_of_version_0_1_0_come_in_the_order_of_their_new_names(kept):
    _, path = kept
    front_end = [["hop", 2], ["left", True], ["rate", 44_100], ["tails", False]]
    rewrite(path, cache_key={"encoder": "spectrogram", "front_end": front_end})
    with pytest.warns(RenamedWarning, match="'rate' is now 'sample_rate'"):
        cache_key = load_probe(path).record.cache_key
    options = {"hop": 2, "left_channel": True, "sample_rate": 44_100, "tails": False}
    assert cache_key == make_cache_key("spectrogram", "float32", "", options)


def other_weights(path):
    state = load_file(path)
    state["output.bias"] += 1
    save_file(state, path)


def rewrite(path, **changed):
    """Change values of a record, and have its hash as if it had been written so."""
    beside = path.with_suffix(".json")
    facts = json.loads(beside.read_text())
    del facts["check"]
    beside.write_text(json.dumps(with_check({**facts, **changed})))


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda path: path.unlink(), r"mine\.safetensors: there is no such file"),
        (lambda path: path.with_suffix(".json").unlink(), r"mine\.json: there is no such file"),
        (other_weights, r"not the weights that mine\.json names; train it again"),
        (lambda path: rewrite(path, format=9), "written in format 9, this program knows 2"),
        (lambda path: rewrite(path, cache_key=None), "not a probe's record"),
        (lambda path: rewrite(path, colour="red"), "not a probe's record"),
        (
            lambda path: rewrite(path, config={**CONFIG.__dict__, "width": 16}),
            "these weights do not fit the network",
        ),
        (
            lambda path: rewrite(path, config={**CONFIG.__dict__, "frames": 2**40, "width": 2**30}),
            "these weights do not fit the network|no head has the shape",
        ),
        (lambda path: rewrite(path, results=5), r"not a probe's record \('results' is 5\)"),
        (lambda path: rewrite(path, task=["a"]), "not a probe's record"),
        (lambda path: path.with_suffix(".json").write_text("[" * 100_000), "nested too deeply"),
    ],
)
def test_damaged_probes_are_refused(kept, damage, words):
    _, path = kept
    damage(path)
    with pytest.raises(ProbeError, match=words):
        load_probe(path)


@pytest.mark.parametrize("ending", [".json", ".safetensors"])
def test_a_flip_in_a_probe_is_found(kept, ending):
    """Two heads of attention became four, and nothing else fits their number."""
    probe, path = kept
    file = path.with_suffix(ending)
    assert not taken_in_silence(
        file, FLIPS, lambda: load_probe(path), lambda found: found.record == probe.record
    )


def test_a_record_that_was_edited_is_refused(kept):
    beside = kept[1].with_suffix(".json")
    beside.write_text(beside.read_text().replace('"attention_heads": 2', '"attention_heads": 4'))
    with pytest.raises(ProbeError, match=r"mine\.json: .*it is not what was written"):
        load_probe(kept[1])


def test_a_probe_has_a_name_that_says_so(kept, tmp_path):
    with pytest.raises(ProbeError, match=r"ends in \.safetensors"):
        save_probe(kept[0], tmp_path / "probe.pt")
    (tmp_path / "file").write_text("")
    with pytest.raises(ProbeError, match="cannot be written"):
        save_probe(kept[0], tmp_path / "file" / "probe.safetensors")


@pytest.mark.parametrize(
    ("changed", "tasks", "words"),
    [
        ({}, ("difficulty-9",), "its task is expertise-2; give a probe of difficulty-9"),
        ({"encoder": "dac"}, ("expertise-2",), "on spectrogram embeddings, these are of dac; ch"),
        ({"front_end": (("log", False),)}, ("expertise-2",), "other front end"),
        ({"weights_sha256": "0" * 64}, ("expertise-2",), "other weights"),
    ],
)
def test_a_probe_is_refused_for_what_it_was_not_trained_on(kept, changed, tasks, words):
    probe, _ = kept
    check_probe_use(probe, CACHE_KEY, ("expertise-2", "expertise-4"), "mine")
    with pytest.raises(ProbeError, match=f"^mine: .*{words}"):
        check_probe_use(probe, replace(CACHE_KEY, **changed), tasks, "mine")


def test_a_probe_of_other_windows_is_refused(kept):
    probe, _ = kept
    check_probe_use(probe, CACHE_KEY, ("expertise-2",), "mine", 3)
    with pytest.raises(ProbeError, match=r"^mine: .* windows of 3 segments, these have 30; give"):
        check_probe_use(probe, CACHE_KEY, ("expertise-2",), "mine", 30)


def test_a_head_goes_with_its_own_record():
    with pytest.raises(ValueError, match="not the one of the record"):
        Probe(make_head(replace(CONFIG, outputs=4)), RECORD)
