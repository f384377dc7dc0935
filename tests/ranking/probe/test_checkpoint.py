"""A probe comes back as it was, or is refused in words."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from ranking.embeddings.store import make_cache_key
from ranking.errors import ProbeError
from ranking.network.head import HeadConfig, make_head
from ranking.probe.checkpoint import Probe, Record, check_use, load_probe, save_probe

SHIPPED = Path(__file__).parents[3] / "ranking/judging/rankers/spectrogram.safetensors"
CONFIG = HeadConfig(frames=40, dimension=32, classes=2, sides=2, segments=3, width=8)
MADE = make_cache_key("spectrogram", "float32", "", {"log": True, "time_first": True})
RECORD = Record("expertise-2", MADE, CONFIG, {"seed": 3, "rate": 1e-3}, "ab" * 32, {"accuracy": 1})


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
    assert facts["made"]["encoder"] == "spectrogram"
    assert facts["settings"] == {"seed": 3, "rate": 1e-3}
    assert facts["config"]["channels"] == [1, 2, 1]


def test_probes_as_they_have_been_are_read_and_written_the_same(tmp_path):
    """The ranker that ships was written by an earlier version, with fields of its time."""
    save_probe(load_probe(SHIPPED), path := tmp_path / SHIPPED.name)
    for own, other in ((path, SHIPPED), (path.with_suffix(".json"), SHIPPED.with_suffix(".json"))):
        assert own.read_bytes() == other.read_bytes()


def other_weights(path):
    state = load_file(path)
    state["output.bias"] += 1
    save_file(state, path)


def rewrite(path, **changed):
    beside = path.with_suffix(".json")
    beside.write_text(json.dumps({**json.loads(beside.read_text()), **changed}))


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda path: path.unlink(), r"mine\.safetensors: there is no such file"),
        (lambda path: path.with_suffix(".json").unlink(), r"mine\.json: there is no such file"),
        (other_weights, r"not the weights that mine\.json names; train it again"),
        (lambda path: rewrite(path, format=9), "written in format 9, this program knows 1"),
        (lambda path: rewrite(path, cache_key=None), "no record of a probe"),
        (lambda path: rewrite(path, colour="red"), "no record of a probe"),
        (
            lambda path: rewrite(path, config={**CONFIG.__dict__, "width": 16}),
            "these weights do not fit the network",
        ),
    ],
)
def test_damaged_probes_are_refused(kept, damage, words):
    _, path = kept
    damage(path)
    with pytest.raises(ProbeError, match=words):
        load_probe(path)


def test_a_probe_has_a_name_that_says_so(kept, tmp_path):
    with pytest.raises(ProbeError, match=r"ends in \.safetensors"):
        save_probe(kept[0], tmp_path / "probe.pt")
    (tmp_path / "file").write_text("")
    with pytest.raises(ProbeError, match="cannot be written"):
        save_probe(kept[0], tmp_path / "file" / "probe.safetensors")


@pytest.mark.parametrize(
    ("changed", "tasks", "words"),
    [
        ({}, ("difficulty-9",), "it answers expertise-2; give a probe of difficulty-9"),
        ({"encoder": "dac"}, ("expertise-2",), "on spectrogram embeddings, these are of dac; ch"),
        ({"front_end": (("log", False),)}, ("expertise-2",), "other front end"),
        ({"weights_sha256": "0" * 64}, ("expertise-2",), "other weights"),
    ],
)
def test_a_probe_is_refused_for_what_it_was_not_fitted_on(kept, changed, tasks, words):
    probe, _ = kept
    check_use(probe, MADE, ("expertise-2", "expertise-4"), "mine")
    with pytest.raises(ProbeError, match=f"^mine: .*{words}"):
        check_use(probe, replace(MADE, **changed), tasks, "mine")


def test_a_head_goes_with_its_own_record():
    with pytest.raises(ValueError, match="not the one of the record"):
        Probe(make_head(replace(CONFIG, classes=4)), RECORD)
