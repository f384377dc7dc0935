"""Whatever is changed in a valid file, it is read, or refused in words.

``python tests/support/fuzz_targets.py 100000`` does the same a hundred thousand times.
"""

import numpy as np
import pytest
from fuzz_targets import targets
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutations import edits, mutated, random_edits

CASES = 25  # of each target, in every test run


@pytest.mark.parametrize("name", targets())
def test_a_valid_file_is_read(name, tmp_path):
    target = targets()[name]
    assert target.outcome(target.written(tmp_path, bytes)) == "read"


@pytest.mark.parametrize("name", targets())
def test_a_changed_file_is_read_or_refused_in_words(name, tmp_path):
    target = targets()[name]

    @settings(max_examples=CASES, database=None, suppress_health_check=list(HealthCheck))
    @given(changes=edits(target.header))
    def case(changes):
        target.outcome(target.written(tmp_path, lambda content: mutated(content, changes)))

    case()


def test_a_third_of_the_cases_are_past_the_header(tmp_path):
    past, total = 0, 0
    for number, (_, target) in enumerate(sorted(targets().items())):
        for case in range(20):
            changes = random_edits(np.random.default_rng([number, case]), target.header)
            path = target.written(tmp_path, lambda content, own=changes: mutated(content, own))
            past += target.outcome(path) != "refused at the header"
            total += 1
    assert past > 0.3 * total


@given(st.binary(max_size=60), edits())
def test_changes_are_of_bytes(content, changes):
    assert isinstance(mutated(content, changes), bytes)
