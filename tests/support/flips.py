"""Bits flipped at random places of a file, as a failing disk or memory flips them."""

import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ranking.errors import FileWarning, JudgeError


def flips(content: bytes, count: int, seed: int = 0) -> Iterator[tuple[int, bytes]]:
    """Yield places and contents with one bit flipped there; of all bits, if they are fewer.

    Parameters
    ----------
    content : content of a file
    count : how many
    seed : of places and bits
    """
    rng = np.random.default_rng(seed)
    bits = rng.choice(8 * len(content), size=min(count, 8 * len(content)), replace=False)
    for bit in bits.tolist():
        flipped = bytearray(content)
        flipped[bit // 8] ^= 1 << (bit % 8)
        yield bit // 8, bytes(flipped)


def taken_in_silence(
    path: Path,
    count: int,
    read: Callable[[], Any],
    is_right: Callable[[Any], bool],
    seed: int = 0,
) -> list[int]:
    """Return the places of a file where a flip is neither found nor without effect.

    It is found where reading raises an error of three parts or warns of the file.

    Parameters
    ----------
    path : the file; it is as it was afterwards
    count : how many bits are flipped, each alone
    read : reads the file
    is_right : whether what was read is what had been written, or says that it is not
    seed : of places and bits
    """
    content, silent = path.read_bytes(), []
    try:
        for place, flipped in flips(content, count, seed):
            path.write_bytes(flipped)
            with warnings.catch_warnings(record=True) as warned:
                warnings.simplefilter("always", FileWarning)
                try:
                    found = is_right(read())
                except JudgeError:
                    continue
            if not found and not any(issubclass(one.category, FileWarning) for one in warned):
                silent.append(place)
    finally:
        path.write_bytes(content)
    return silent
