"""Whatever is changed in a valid file, it is read, or refused in words.

``python tests/support/fuzz_targets.py 100000`` does the same a hundred thousand times.
"""

import fuzz_fetched
import fuzz_sound
import fuzz_stored
import fuzz_tables
import numpy as np
import pytest
from fuzzing import count_cases
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutations import edits, mutated

CASES = 25  # of each target, in every test run
SOUND_CASES = 45  # of all of them
HERE = {**fuzz_tables.targets(), **fuzz_fetched.targets(), **fuzz_stored.targets()}
"""Targets that are read in this process; a decoder might end it."""


@pytest.mark.parametrize("name", HERE)
def test_a_valid_file_is_read(name, tmp_path):
    assert HERE[name].outcome(HERE[name].written(tmp_path, bytes)) == "read"


@pytest.mark.parametrize("name", HERE)
def test_a_changed_file_is_read_or_refused_in_words(name, tmp_path):
    target = HERE[name]

    @settings(max_examples=CASES, database=None, suppress_health_check=list(HealthCheck))
    @given(changes=edits(target.header))
    def case(changes):
        target.outcome(target.written(tmp_path, lambda content: mutated(content, changes)))

    case()


def test_changed_sound_is_read_or_refused_in_words(tmp_path):
    """In a process of its own, which a crash would end; a third of it past the headers."""
    counts = count_cases("fuzz_sound", range(SOUND_CASES), tmp_path)
    assert not counts.faults
    assert counts.sums.total() == SOUND_CASES
    assert counts.past_header > 0.3


@pytest.mark.slow
def test_every_kind_of_sound_is_a_target_and_read(tmp_path):
    for target in fuzz_sound.targets().values():
        assert target.outcome(target.written(tmp_path, bytes)) == "read"


@pytest.mark.slow
def test_a_third_of_the_cases_are_past_the_header(tmp_path):
    past, total = 0, 0
    for target in HERE.values():
        for case in range(8):
            past += target.case(case, tmp_path) != "refused at the header"
            total += 1
    assert past > 0.3 * total


@pytest.mark.slow
def test_a_case_that_ends_its_process_is_a_fault_and_the_next_ones_follow(tmp_path):
    (tmp_path / "crashing.py").write_text(CRASHING, encoding="utf-8")
    counts = count_cases("crashing", range(8), tmp_path)
    assert counts.sums == {"read": 4, "refused past the header": 2, "fault": 2}
    assert counts.faults == [
        "case 2, ends: its process ended by -11",
        "case 6, ends: its process ended by -11",
    ]


CRASHING = """
import os
import signal

from fuzzing import Target
from ranking.errors import JudgeError


def ends(path):
    os.kill(os.getpid(), signal.SIGSEGV)


def refuses(path):
    raise JudgeError("a, line 2", "", "")


def targets():
    return {
        "reads": Target(b"x", "x", str),
        "too": Target(b"x", "x", str),
        "ends": Target(b"x", "x", ends),
        "refuses": Target(b"x", "x", refuses),
    }
"""


@given(st.binary(max_size=60), edits())
def test_changes_are_of_bytes(content, changes):
    assert isinstance(mutated(content, changes), bytes)


def test_a_case_is_the_same_each_time():
    for target in HERE.values():
        one, other = (
            target.changed(target.content, np.random.default_rng(7), 0.1) for _ in range(2)
        )
        assert one == other
