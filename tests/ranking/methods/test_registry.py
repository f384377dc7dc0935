"""The README lists every ranking method, and says of each what it needs and has."""

import re
from pathlib import Path

import pytest

from ranking.methods.registry import METHODS

README = Path(__file__).parents[3] / "README.md"
ROWS = {
    row.group(1): (row.group(2), row.group(3))
    for row in re.finditer(
        r"^\| `([a-z0-9-]+)` \| .+ \| (comparisons|marks) \| (yes|no) \|$",
        README.read_text(encoding="utf-8"),
        re.MULTILINE,
    )
}


def test_every_method_is_listed():
    assert list(ROWS) == list(METHODS)


@pytest.mark.parametrize("name", METHODS)
def test_a_method_is_what_is_said_of_it(name):
    method = METHODS[name]
    assert method.name == name
    ranges = method.needs == "comparisons" and not method.ordinal
    assert ROWS[name] == (method.needs, "yes" if ranges else "no")
