"""Valid files, changed here and there: what fuzz targets are given."""

import re
from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

TOKENS = (
    *(b'"', b",", b";", b"\t", b"\n", b"\r", b"\r\n", b"\0", b"\xff", b"\xef\xbb\xbf", b"\xc5\x82"),
    *(
        b"\xcc\x81" * 40,
        b"\xe2\x80\xae",
        b"\x1b[31m",
        b"\xed\xb3\xa9",
        b"\xef\xbc\x9d",
        b"'=",
        b"\\",
    ),
    *(b"nan", b"inf", b"-1", b"0", b"1e309", b"9" * 30, b"0.1", b"1,5", b"\\u{1b}", b"\\u0000"),
    *(
        b"tie",
        b"ana",
        b"bela",
        b"?",
        b"w/o",
        b"DNS",
        b"[",
        b"{",
        b"]",
        b"}",
        b"[" * 99,
        b"null",
        b"true",
    ),
    *(b"candidate", b"first", b"winner", b"x" * 999, b" ", b"\xc2\xa0", b"../../x", b"http://[::1"),
)

BOUNDS = (
    b"\0",
    b"\xff",
    b"\0" * 4,
    b"\xff" * 4,
    b"\x7f\xff\xff\xff",
    b"\xff\xff\xff\x7f",
    b"\1\0\0\0",
)
"""Numbers in which counts and lengths of binary files are absurd."""
VALUE = rb'"[^"\n]*" *:|("[^"\n]*"|-?\d+(?:\.\d+)?(?:e-?\d+)?|true|false|null)'
VALUES = (
    *(b'""', b'"x"', b"0", b"-1", b"2", b"1e300", b"-0.5", b"9" * 30, b"true", b"[]", b"{}"),
    *(b'[1, "a"]', b"[[0]]", b'"\\u0000"', b'"../../x"', b'"' + b"y" * 999 + b'"', b'"7"', b"0.5"),
)
"""Values of JSON and TOML, to take the place of those of group 1 of :data:`VALUE`."""


@dataclass(frozen=True)
class Edit:
    """One change of a file's bytes."""

    kind: int
    """What is done: 0 replaces, 1 inserts, 2 removes, 3 repeats, 4 swaps lines, 5 cuts off."""
    place: float
    """Where, as a share of the length."""
    size: int
    """Number of bytes, of those kinds that have one."""
    token: bytes
    """What is inserted, or takes the place of others."""

    def applied(self, content: bytes) -> bytes:
        """Return the content with this change."""
        at = int(self.place * len(content))
        if self.kind == 4:
            lines = content.split(b"\n")
            one, other = int(self.place * len(lines)), self.size % len(lines)
            lines[one], lines[other] = lines[other], lines[one]
            return b"\n".join(lines)
        if self.kind == 5:
            return content[:at]
        start, gone = content[:at], content[at : at + self.size]
        rest = content[at + len(gone) :]
        middle = {0: self.token, 1: self.token + gone, 2: b"", 3: gone * 3}[self.kind]
        return start + middle + rest


def edits(header: float = 0.0) -> st.SearchStrategy[list[Edit]]:
    """Draw some changes; most are beyond the header, which ends at a share of the length."""
    beyond = st.floats(header, 1, exclude_max=True)
    token = st.sampled_from(TOKENS) | st.binary(min_size=1, max_size=4)
    kind = st.sampled_from([0, 0, 0, 1, 1, 1, 2, 3, 4, 5])
    place = st.one_of(beyond, beyond, beyond, st.floats(0, 1, exclude_max=True))
    return st.lists(st.builds(Edit, kind, place, st.integers(0, 12), token), min_size=1, max_size=4)


def random_edits(rng: np.random.Generator, header: float = 0.0) -> list[Edit]:
    """Return such changes, drawn at random without hypothesis, a hundred times faster."""
    found = []
    for _ in range(int(rng.integers(1, 5))):
        lowest = header if rng.random() < 0.75 else 0.0
        token = (
            TOKENS[int(rng.integers(len(TOKENS)))]
            if rng.random() < 0.6
            else bytes(rng.integers(256, size=int(rng.integers(1, 5)), dtype=np.uint8))
        )
        kind = (0, 0, 0, 1, 1, 1, 2, 3, 4, 5)[int(rng.integers(10))]
        place = lowest + (1 - lowest) * float(rng.random())
        found.append(Edit(kind, min(place, 0.999999), int(rng.integers(13)), token))
    return found


def with_random_edits(content: bytes, rng: np.random.Generator, header: float) -> bytes:
    """Return a content with such changes."""
    return mutated(content, random_edits(rng, header))


def with_other_bytes(content: bytes, rng: np.random.Generator, header: float) -> bytes:
    """Return a binary content with other bytes, most of them where its structure is: at the ends.

    Parameters
    ----------
    content : the content
    rng : draws the changes
    header : where the header ends, as a share of the length
    """
    where = int(rng.integers(4))
    low, high = ((0.0, header), (0.0, 0.05), (header, 1.0), (0.97, 1.0))[where]
    kinds = (0, 0, 0, 0, 1, 2, 3, 5)
    changes = []
    for _ in range(int(rng.integers(1, 4))):
        place = min(low + (high - low) * float(rng.random()), 0.999999)
        token = bytes(rng.integers(256, size=int(rng.integers(1, 9)), dtype=np.uint8))
        if rng.random() < 0.4:
            token = BOUNDS[int(rng.integers(len(BOUNDS)))]
        changes.append(Edit(kinds[int(rng.integers(8))], place, len(token), token))
    return mutated(content, changes)


def with_other_values(content: bytes, rng: np.random.Generator, header: float) -> bytes:
    """Return JSON or TOML in which some values and names are others; in a third, as other text is.

    Parameters
    ----------
    content : the content
    rng : draws the changes
    header : where the header ends, as a share of the length
    """
    if rng.random() < 1 / 3:
        return with_random_edits(content, rng, header)
    for _ in range(int(rng.integers(1, 4))):
        found = [match.span(1) for match in re.finditer(VALUE, content) if match[1]]
        if not found:
            break
        start, stop = found[int(rng.integers(len(found)))]
        content = content[:start] + VALUES[int(rng.integers(len(VALUES)))] + content[stop:]
    return content


def mutated(content: bytes, changes: list[Edit]) -> bytes:
    """Return a content with some changes, one after the other."""
    for change in changes:
        content = change.applied(content)
    return content
