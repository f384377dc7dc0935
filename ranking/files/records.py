"""Records (JSON) and arrays (.npy) that the program wrote, which may have been edited or cut off.

Conventions
-----------
A record is one JSON object. It has at most :data:`LARGEST_BYTES` and is nested at most
:data:`DEEPEST` levels, far more than the program writes. Values are checked against the types of a
dataclass's fields, or against types by name; a list stands for a tuple. Whatever is wrong is a
``ValueError``, which says it in words; who asks turns it into an error of the file. Of an array's
header [1]_ NumPy takes what the program does not write, and raises whatever a damaged one leads to.

References
----------
.. [1] NumPy documentation, "The NPY format".
"""

import json
import math
import struct
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, fields
from io import BytesIO
from pathlib import Path
from tokenize import TokenError
from types import NoneType, UnionType
from typing import Any, BinaryIO, Union, get_args, get_origin, get_type_hints

import numpy as np
from numpy.lib import format as npy

LARGEST_BYTES = 256 << 20
DEEPEST = 40
LARGEST_INTEGER = 2**63
DAMAGED_HEADER = (
    *(ValueError, TypeError, KeyError, IndexError, AttributeError, SyntaxError, TokenError),
    *(OverflowError, ZeroDivisionError, MemoryError, RecursionError, EOFError, struct.error),
    Warning,
)
"""What NumPy raises of a header that is none."""


def read_record(path: Path) -> dict[str, Any]:
    """Return the values of a record by name.

    Raises
    ------
    OSError
        If it cannot be read.
    ValueError
        If it is no JSON object in UTF-8, or too large or deep.
    """
    if not path.is_file():
        raise FileNotFoundError(2, "there is no such file", str(path))
    with path.open("rb") as file:
        content = file.read(LARGEST_BYTES + 1)
    if len(content) > LARGEST_BYTES:
        raise ValueError(f"it is larger than {LARGEST_BYTES >> 20} MiB")
    return parse_record(content)


def parse_record(content: bytes | str) -> dict[str, Any]:
    """Return the values of a record's text by name.

    Raises
    ------
    ValueError
        If it is no JSON object in UTF-8, or too deep.
    """
    try:
        values = json.loads(content if isinstance(content, str) else content.decode())
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if not isinstance(values, dict):
        raise ValueError("it is no JSON object")
    _refuse_depth(values)
    return values


def check_fields(values: Any, kind: type, *, without: Iterable[str] = ()) -> dict[str, Any]:
    """Return the fields of a dataclass by name, lists as the tuples that they stand for.

    Parameters
    ----------
    values : what should be a mapping
    kind : the dataclass
    without : fields that are not looked for

    Raises
    ------
    ValueError
        If a field is missing, unknown or of another type.
    """
    skipped = {*without}
    hints = get_type_hints(kind)
    known = {one.name: hints[one.name] for one in fields(kind) if one.name not in skipped}
    needed = {
        one.name
        for one in fields(kind)
        if one.default is MISSING and one.default_factory is MISSING and one.name not in skipped
    }
    return check_values(values, {name: known[name] for name in known}, needed)


def check_values(
    values: Any, kinds: Mapping[str, Any], needed: Iterable[str] | None = None
) -> dict[str, Any]:
    """Return values by name, lists as the tuples that they stand for.

    Parameters
    ----------
    values : what should be a mapping
    kinds : the type of each value that there may be, as in an annotation
    needed : names that must be there; all, if None

    Raises
    ------
    ValueError
        If a value is missing, unknown or of another type.
    """
    if not isinstance(values, Mapping):
        raise ValueError(f"{_shown(values)} is no mapping")
    for name in kinds if needed is None else needed:
        if name not in values:
            raise ValueError(f"no {name!r}")
    for name, value in values.items():
        if name not in kinds:
            raise ValueError(f"unknown {name!r}")
        if not is_of(value, kinds[name]):
            raise ValueError(f"{name!r} is {_shown(value)}")
    return {name: _as_tuple(value, kinds[name]) for name, value in values.items()}


def is_of(value: Any, kind: Any) -> bool:
    """Return whether a value of JSON is of a type, as annotations name it."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return any(is_of(value, one) for one in inner)
    if origin in (tuple, list):
        return isinstance(value, list | tuple) and _are_of(value, inner)
    if origin is not None and issubclass(origin, Mapping):
        return isinstance(value, Mapping) and all(
            isinstance(name, str) and is_of(one, inner[1]) for name, one in value.items()
        )
    return kind is Any or _is_scalar(value, kind)


def _are_of(values: Sequence[Any], kinds: tuple[Any, ...]) -> bool:
    if len(kinds) == 1 or kinds[1:] == (Ellipsis,):
        return all(is_of(one, kinds[0]) for one in values)
    return len(values) == len(kinds) and all(map(is_of, values, kinds))


def read_array_header(file: BinaryIO) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Return shape and dtype of an .npy file, which is read up to its numbers.

    Raises
    ------
    ValueError
        If it is no .npy file of numbers in the order of C.
    """
    readers = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            shape, fortran, dtype = readers[npy.read_magic(file)](file)
            size = math.prod(shape) * dtype.itemsize
        except DAMAGED_HEADER:
            raise ValueError("its header is damaged") from None
    negative = any(not isinstance(length, int) or length < 0 for length in shape)
    foreign = fortran or dtype.kind not in "biufc" or not dtype.isnative
    if foreign or negative or size >= LARGEST_INTEGER:
        raise ValueError("it holds no array that the program writes")
    return shape, dtype


def parse_array(content: bytes) -> np.ndarray:
    """Return the array of an .npy file's bytes, which cannot be written to.

    Raises
    ------
    ValueError
        If they are not those of one.
    """
    file = BytesIO(content)
    shape, dtype = read_array_header(file)
    numbers = content[file.tell() :]
    if len(numbers) != math.prod(shape) * dtype.itemsize:
        raise ValueError("it is cut off, or has more than an array")
    return np.frombuffer(numbers, dtype).reshape(shape)


def map_array(path: Path) -> np.memmap:
    """Return the array of an .npy file, memory-mapped.

    Raises
    ------
    OSError
        If it cannot be opened.
    ValueError
        If it is no such file, or cut off.
    """
    with path.open("rb") as file:
        shape, dtype = read_array_header(file)
        start = file.tell()
    if path.stat().st_size != start + math.prod(shape) * dtype.itemsize or 0 in shape:
        raise ValueError("it is cut off, or has more than an array")
    return np.memmap(path, dtype, "r", start, shape)


def _is_scalar(value: Any, kind: Any) -> bool:
    if kind is None or kind is NoneType:
        return value is None
    if isinstance(value, bool):
        return kind is bool
    if kind is int:
        return isinstance(value, int) and abs(value) < LARGEST_INTEGER
    if kind is float:
        return isinstance(value, float) or _is_scalar(value, int)
    return isinstance(value, kind)


def _as_tuple(value: Any, kind: Any) -> Any:
    """The value, a list as the tuple of its type."""
    inner = get_args(kind)
    if get_origin(kind) is tuple and isinstance(value, list | tuple):
        kinds = inner[:1] * len(value) if inner[1:] == (Ellipsis,) else inner
        return tuple(map(_as_tuple, value, kinds))
    return value


def _refuse_depth(values: Any) -> None:
    level = [values]
    for _ in range(DEEPEST):
        level = [
            one
            for value in level
            if isinstance(value, dict | list)
            for one in (value.values() if isinstance(value, dict) else value)
        ]
        if not level:
            return
    raise ValueError(f"it is nested more than {DEEPEST} levels")


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}…"
