"""Tasks are found by name, the program's own and those of other packages; bad ones are named."""

import sys
from dataclasses import replace

import pytest
from loudness import SPEC, make

from ranking.errors import ProbeError
from ranking.files.registry import Registry
from ranking.tasks.registry import EXPERTISE, TASKS, find_task


def offering(tmp_path, monkeypatch, value: str) -> Registry:
    """A registry that sees a package that offers ``loudness``."""
    facts = tmp_path / "plugin-1.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: plugin\nVersion: 1\n")
    (facts / "entry_points.txt").write_text(f"[judge.tasks]\nloudness = {value}\n")
    monkeypatch.syspath_prepend(tmp_path)
    return Registry("ranking.tasks.registry:TaskSpec", "judge.tasks", {}, ProbeError)


def test_expertise_is_found_by_what_probes_name():
    for classes in (2, 4):
        task = find_task(f"expertise-{classes}")
        assert (task.name, task.outputs, task.inputs) == (f"expertise-{classes}", classes, 2)
    assert EXPERTISE.task().outputs == 2
    assert TASKS["expertise"] is EXPERTISE


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("dynamics-9", "task dynamics-9: there is none; install the package that offers it"),
        ("expertisse-2", r"task expertisse-2: there is none \(did you mean 'expertise'\?\)"),
        ("expertise-3", "classes 3: no such task; give 2 or 4"),
        ("expertise", "task expertise: there is none"),
    ],
)
def test_other_names_are_refused(name, words):
    with pytest.raises(ProbeError, match=f"^{words}"):
        find_task(name)


def test_another_package_offers_a_task(tmp_path, monkeypatch):
    tasks = offering(tmp_path, monkeypatch, "loudness:SPEC")
    assert list(tasks) == ["loudness"]
    assert tasks["loudness"].task().name == "loudness-3"


def test_listing_loads_nothing(tmp_path, monkeypatch):
    (tmp_path / "slow_task.py").write_text("raise RuntimeError('loaded')\n")
    assert list(offering(tmp_path, monkeypatch, "slow_task:SPEC")) == ["loudness"]
    assert "slow_task" not in sys.modules


@pytest.mark.parametrize("value", ["no_such_module:SPEC", "loudness:NOTHING", "loudness:LOUDNESS"])
def test_a_bad_package_is_named(tmp_path, monkeypatch, value):
    tasks = offering(tmp_path, monkeypatch, value)
    with pytest.raises(ProbeError, match=f"judge.tasks entry point loudness = {value}: it "):
        tasks["loudness"]


def test_a_task_that_is_not_what_its_spec_says_is_refused():
    for bad in (
        replace(SPEC, name="volume"),
        replace(SPEC, inputs=2),
        replace(SPEC, make=lambda outputs: replace(make(outputs), outputs=5)),
    ):
        with pytest.raises(ProbeError, match="mend the package that offers it"):
            bad.task()
