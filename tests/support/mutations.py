"""Valid files, changed here and there: what fuzz targets are given."""

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


def mutated(content: bytes, changes: list[Edit]) -> bytes:
    """Return a content with some changes, one after the other."""
    for change in changes:
        content = change.applied(content)
    return content
