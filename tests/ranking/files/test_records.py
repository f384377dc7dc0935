"""A record is what it must be, or a ValueError."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO

import numpy as np
import pytest

from ranking.files.records import (
    check_fields,
    check_values,
    is_of,
    map_array,
    parse_array,
    parse_record,
    read_record,
)


@dataclass(frozen=True)
class Facts:
    """Fields of several types."""

    name: str
    sizes: tuple[int, ...] = ()
    share: float = 0.5
    more: Mapping[str, float | None] = field(default_factory=dict)


def test_fields_are_returned_with_lists_as_tuples():
    given = {"name": "a", "sizes": [1, 2], "share": 1, "more": {"x": None, "y": 2.5}}
    assert Facts(**check_fields(given, Facts)) == Facts("a", (1, 2), 1, {"x": None, "y": 2.5})


@pytest.mark.parametrize(
    ("values", "what"),
    [
        ({}, "no 'name'"),
        ([], "is no mapping"),
        ({"name": None}, "'name' is None"),
        ({"name": "a", "sizes": [1.5]}, "'sizes'"),
        ({"name": "a", "sizes": [True]}, "'sizes'"),
        ({"name": "a", "sizes": [2**70]}, "'sizes'"),
        ({"name": "a", "share": "1"}, "'share'"),
        ({"name": "a", "more": {"x": []}}, "'more'"),
        ({"name": "a", "other": 1}, "unknown 'other'"),
    ],
)
def test_what_is_of_another_type_is_named(values, what):
    with pytest.raises(ValueError, match=what):
        check_fields(values, Facts)


def test_types_of_fixed_length_and_either():
    assert is_of(["a", 1], tuple[str, int])
    assert not is_of(["a"], tuple[str, int])
    assert is_of(["a", "b"], list[str])
    assert is_of(1, bool | int)
    assert check_values({"a": [["x", True]]}, {"a": tuple[tuple[str, bool], ...]}) == {
        "a": (("x", True),)
    }


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"\xff{}", b"[]", b"null", b"[" * 100_000, b'{"a":' * 100_000),
        *(b'{"a":' + b"1" * 5_000 + b"}", b'{"a":' + b"[" * 50 + b"]" * 50 + b"}"),
    ],
)
def test_what_is_no_record_is_a_value_error(content, tmp_path):
    with pytest.raises(ValueError, match=r"\w"):
        parse_record(content)
    (tmp_path / "record.json").write_bytes(content)
    with pytest.raises(ValueError, match=r"\w"):
        read_record(tmp_path / "record.json")


def test_a_pipe_is_no_record(tmp_path):
    with pytest.raises(OSError, match="no such file"):
        read_record(tmp_path)


ARRAY = np.arange(6, dtype=np.int8).reshape(2, 3)


def npy_bytes(array=ARRAY):
    content = BytesIO()
    np.save(content, array)
    return content.getvalue()


def test_an_array_is_read_as_numpy_reads_it(tmp_path):
    (tmp_path / "a.npy").write_bytes(npy_bytes())
    np.testing.assert_array_equal(parse_array(npy_bytes()), ARRAY)
    np.testing.assert_array_equal(map_array(tmp_path / "a.npy"), ARRAY)
    assert parse_array(npy_bytes(np.zeros((0, 3)))).shape == (0, 3)


def test_a_flipped_bit_of_a_header_is_a_value_error_or_the_same_array():
    content = npy_bytes()
    refused = 0
    for place in range(len(content) - ARRAY.size):
        for bit in range(8):
            flipped = bytearray(content)
            flipped[place] ^= 1 << bit
            try:
                array = parse_array(bytes(flipped))
            except ValueError:
                refused += 1
            else:
                assert array.size == ARRAY.size
    assert refused > 300


@pytest.mark.parametrize(
    "array", [np.array([None]), np.array(["a"]), np.asfortranarray(ARRAY), ARRAY.astype(">i4")]
)
def test_arrays_that_the_program_does_not_write_are_refused(array):
    with pytest.raises(ValueError, match="no array that the program writes"):
        parse_array(npy_bytes(array))


@pytest.mark.parametrize("content", [b"", npy_bytes()[:-1], npy_bytes() + b"x", npy_bytes()[:40]])
def test_an_array_that_was_cut_off_is_refused(content, tmp_path):
    (tmp_path / "a.npy").write_bytes(content)
    with pytest.raises(ValueError, match=r"cut off|damaged"):
        parse_array(content)
    with pytest.raises(ValueError, match=r"cut off|damaged"):
        map_array(tmp_path / "a.npy")
