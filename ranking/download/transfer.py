"""One file from a server to the disk, in as many attempts as it takes; and what a part of it is.

Conventions
-----------
What arrives goes into a part (``NAME.part``), byte by byte as it comes, with a record beside it
(``NAME.json``, with its own hash) of what it is a part of. A later attempt, or a later call after a
kill, asks for the rest: the server is asked whether the file is still the same (If-Range [1]_), or,
where it gives no ETag and no date, the last :data:`OVERLAP_BYTES` are asked for again and compared.
A part that is complete is not asked for again. Who calls takes the part when it is complete.

References
----------
.. [1] RFC 9110, "HTTP Semantics", sec. 13.1.5 and 14.
"""

import json
import re
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass, field
from http import HTTPStatus
from pathlib import Path

from ranking.download.connection import Answer, Connector
from ranking.download.failures import TryAgainError
from ranking.download.waits import PROGRESS_BYTES, Waits
from ranking.errors import FetchError
from ranking.files.atomic import open_atomic
from ranking.files.hashing import with_check, without_check
from ranking.files.records import check_fields, read_record

LARGEST_BYTES = 8 << 30
"""Size of a recording: two days of sound as video sites have it."""
BLOCK_BYTES = 1 << 17
OVERLAP_BYTES = 1 << 16
SLOWEST_BYTES = 1024
"""Bytes a second; a server that is slower for :data:`SLOW_SECONDS` is taken to stall."""
SLOW_SECONDS = 60.0
PAGES = ("text/", "application/xhtml")
"""Types of content that are pages of the web, not sound."""
UNNAMED = "application/octet-stream"
"""Type of content that a server does not name (RFC 9110, sec. 8.3)."""

OnBytes = Callable[[int, int | None], None]
"""Is called with the bytes that are there, and those that there will be, if that is known."""


@dataclass(frozen=True)
class RemoteFile:
    """A file on a server."""

    url: str
    key: str
    """What it is, whatever its address: addresses of video sites change every hour."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Headers that the server wants to see."""
    block: int | None = None
    """Bytes to ask for at a time, where the server is slow with more; None: all at once."""


@dataclass(frozen=True)
class Part:
    """What a part is a part of."""

    key: str
    """What the file is, whatever its address."""
    size: int | None
    """Bytes of the whole file; None if the server did not say."""
    validator: str
    """ETag or date of the file; empty if the server gave none."""
    content_type: str
    """Kind of content, as the server names it."""


class PageError(Exception):
    """Raised where an address has a page of the web, in which the sound may be."""


class _ChangedError(Exception):
    """Raised where the file is another than that of the part."""


def fetch_file(
    remote: RemoteFile,
    part: Path,
    connector: Connector,
    waits: Waits,
    on_bytes: OnBytes = lambda _have, _size: None,
) -> Part:
    """Complete a part, and return what it is.

    Parameters
    ----------
    remote : the file
    part : where it is kept until it is complete; its folder is there
    connector : what opens addresses
    waits : how often to try again
    on_bytes : is told how much there is

    Raises
    ------
    FetchError
        If there is no such file, it is refused, too large, or does not come.
    PageError
        If it is a page.
    """
    failed = 0
    while True:
        before = _size(part)
        try:
            own = _attempt(remote, part, connector, on_bytes)
        except TryAgainError as error:
            failed = 1 if _size(part) >= before + PROGRESS_BYTES else failed + 1
            waits.wait(failed, error, remote.url)
            continue
        except _ChangedError:
            failed += 1
            remove_part(part)
            waits.wait(failed, TryAgainError("the file changes all the time"), remote.url)
            continue
        if own.size is None or _size(part) >= own.size:
            return own
        if _size(part) <= before:
            failed += 1
            waits.wait(failed, TryAgainError("the server sends nothing"), remote.url)


def read_part(part: Path, key: str) -> Part | None:
    """Return what a part is a part of; None if it is not of what is wanted, or nobody can tell.

    Parameters
    ----------
    part : the part
    key : what is wanted (:class:`RemoteFile`)
    """
    try:
        values = without_check(read_record(_record(part)))
        own = Part(**check_fields(values, Part))
        own.validator.encode("latin-1")  # as headers are
    except (OSError, ValueError):
        return None
    return own if own.key == key else None


def remove_part(part: Path) -> None:
    """Remove a part, with its record."""
    _record(part).unlink(missing_ok=True)
    part.unlink(missing_ok=True)


def _attempt(remote: RemoteFile, part: Path, connector: Connector, on_bytes: OnBytes) -> Part:
    """Ask for what is missing, or for a block of it, and append what comes."""
    known = read_part(part, remote.key)
    have = _size(part) if known is not None else 0
    if known is not None and known.size is not None and have >= known.size:
        if have > known.size:
            raise _ChangedError
        return known
    sure = known is None or (known.validator and known.size is not None)
    overlap = 0 if sure else min(have, OVERLAP_BYTES)
    with closing(_ask(remote, connector, known, have, have - overlap)) as answer:
        start = _start(answer, have - overlap)
        own = _describe(answer, remote.key, start)
        expected = None if answer.length is None else start + answer.length
        if start:
            if known is None or known.size not in (None, own.size):
                raise _ChangedError
            _compare_overlap(answer, part, start, overlap)
            if known.size is None:
                _write_record(part, own)
        else:
            part.unlink(missing_ok=True)
            _write_record(part, own)
        _receive(answer, part, own, on_bytes)
    if expected is not None and _size(part) < expected:
        raise TryAgainError(f"it ended after {_size(part):,} of {expected:,} bytes")
    return own


def _ask(
    remote: RemoteFile, connector: Connector, known: Part | None, have: int, start: int
) -> Answer:
    """The answer to a request for a file from a place on, if it is still that of the part."""
    headers = {**remote.headers, **_range(start, remote.block)}
    if known is not None and have and known.validator:
        headers["If-Range"] = known.validator
    try:
        return connector.open(remote.url, headers)
    except FetchError as error:
        if error.facts.get("status") == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and have:
            raise _ChangedError from None
        raise


def _range(start: int, block: int | None) -> dict[str, str]:
    """The header that asks for bytes from a place on; none for a whole file."""
    if not start and block is None:
        return {}
    return {"Range": f"bytes={start}-{'' if block is None else start + block - 1}"}


def _start(answer: Answer, asked: int) -> int:
    """Where in the file the answer begins."""
    if answer.status != HTTPStatus.PARTIAL_CONTENT:
        return 0
    found = re.match(r"bytes (\d{1,18})-", answer.headers.get("Content-Range", ""))
    if found is None or int(found[1]) != asked:
        raise _ChangedError
    return asked


def _describe(answer: Answer, key: str, start: int) -> Part:
    """What the file is, by the headers of an answer.

    Raises
    ------
    FetchError
        If it is too large.
    PageError
        If it is a page.
    """
    headers = answer.headers
    kind = headers.get_content_type() if "Content-Type" in headers else UNNAMED
    if kind.startswith(PAGES):
        raise PageError
    if headers.get("Content-Encoding", "identity") != "identity":
        raise FetchError(
            answer.url, "the server compresses it unasked", "fetch it by hand", state="refused"
        )
    whole = re.search(r"/(\d{1,18})$", headers.get("Content-Range", "").strip())
    size = int(whole[1]) if whole else None
    if answer.status != HTTPStatus.PARTIAL_CONTENT and answer.length is not None:
        size = start + answer.length
    if size is not None and size > LARGEST_BYTES:
        raise _too_large(answer.url)
    tag = headers.get("ETag", "")
    validator = tag if tag.startswith('"') else headers.get("Last-Modified", "")
    return Part(key, size, validator, kind)


def _receive(answer: Answer, part: Path, own: Part, on_bytes: OnBytes) -> None:
    """Append what comes, as it comes."""
    have = _size(part)
    with part.open("ab", buffering=0) as file:
        on_bytes(have, own.size)
        since, slow_from = time.monotonic(), have
        while True:
            block = answer.read_some(BLOCK_BYTES)
            if not block:
                return
            file.write(block)
            have += len(block)
            on_bytes(have, own.size)
            if have > LARGEST_BYTES:
                raise _too_large(answer.url)
            now = time.monotonic()
            if now - since >= SLOW_SECONDS:
                if have - slow_from < SLOWEST_BYTES * (now - since):
                    raise TryAgainError(f"it stalls after {have:,} bytes")
                since, slow_from = now, have


def _compare_overlap(answer: Answer, part: Path, start: int, overlap: int) -> None:
    """Compare what comes again with the end of the part."""
    with part.open("rb") as file:
        file.seek(start)
        while overlap and (block := answer.read_some(overlap)):
            if file.read(len(block)) != block:
                raise _ChangedError
            overlap -= len(block)
    if overlap:
        raise TryAgainError("it broke off")


def _too_large(url: str) -> FetchError:
    return FetchError(
        url,
        f"it is larger than {LARGEST_BYTES >> 30} GiB",
        "give the address of the recording alone",
        state="refused",
    )


def _size(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0


def _record(part: Path) -> Path:
    return part.with_suffix(".json")


def _write_record(part: Path, own: Part) -> None:
    with open_atomic(_record(part)) as file:
        file.write(json.dumps(with_check(asdict(own))).encode())
