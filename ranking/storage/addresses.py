"""The address of a store that is no folder of this machine, such as ``s3://bucket/prefix``.

Conventions
-----------
An address is written to records and messages, so it holds no credentials: whoever reads it, such as
s3fs for ``s3``, finds them where its own documentation says. A text is an address if it has ``://``
in it; any other is the path of a folder.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from ranking.errors import Given, StoreError
from ranking.files.text import escape_controls

PROTOCOL = re.compile(r"[a-z][a-z0-9+.-]*", re.IGNORECASE)


@dataclass(frozen=True)
class StoreAddress:
    """Address of a store, and where copies of what is read and written are kept."""

    url: str
    """Protocol and path, without credentials."""
    cache: Path | None = None
    """Folder of the copies of all addresses; the user's cache folder, if None."""

    def __post_init__(self) -> None:
        """Refuse what is no address, or holds more than one.

        Raises
        ------
        StoreError
            If there is no protocol or path, or there may be credentials in it.
        """
        protocol, _, path = self.url.partition("://")
        known = PROTOCOL.fullmatch(protocol) is not None
        if known and (set(path) & set("@?#") or ":" in path.partition("/")[0]):
            raise StoreError(
                Given(store=f"{protocol}://…"),
                "there is more in it than a place: credentials or a query, which would be written "
                "to records",
                "name the place alone, and give credentials by a profile or the environment",
            )
        if not known or not path.strip("/"):
            raise StoreError(
                Given(store=escape_controls(self.url)),
                "it is no address of a store",
                "write it as s3://bucket/prefix",
            )

    def __str__(self) -> str:
        return self.url

    @property
    def protocol(self) -> str:
        """What reads the address: s3, gs, …."""
        return self.url.partition("://")[0].lower()

    def absolute(self) -> "StoreAddress":
        """Return the address: it is the same from every working folder."""
        return self


StorePlace = Path | StoreAddress
"""Where a store is: a folder, or an address."""


def parse_place(written: str | Path, cache: Path | None = None) -> StorePlace:
    """Return the place that a text names.

    Parameters
    ----------
    written : path of a folder, or an address
    cache : folder of copies, where it is an address; the user's cache folder, if None

    Raises
    ------
    StoreError
        If it is an address with credentials in it, or with nothing behind its protocol.
    """
    text = str(written)
    return StoreAddress(text.rstrip("/"), cache) if "://" in text else Path(text)
