"""The state of an unfinished training on disk, from which the same training goes on.

Conventions
-----------
A state holds tensors, numbers and lists of them. Its file is named by the hash of everything that
the outcome depends on: a training with another setting, with other recordings, labels or loss has a
file of its own, and never goes on from this one. Writes are atomic: a process may end at any time.
A file is what torch saves with its hash behind it; one of version 0.1.0, a zip archive alone, has
the CRC-32 of each of its members.
"""

import hashlib
import pickle
import zipfile
import zlib
from collections.abc import Collection
from io import BytesIO
from pathlib import Path
from typing import Any

import torch

from ranking.encoders.checkpoints import DAMAGED
from ranking.errors import ProbeError
from ranking.files.atomic import open_atomic, write_error
from ranking.files.hashing import without_hash

SUFFIX = ".fit"
END_OF_ZIP = slice(-22, -18)
"""Where an archive without a comment has the mark of its end."""


def state_path(folder: Path, sha256: str) -> Path:
    """Return the file of a training's state, by the hash of all that the outcome depends on."""
    return folder / f"{sha256[:16]}{SUFFIX}"


def save_state(state: dict[str, Any], path: Path) -> None:
    """Write a state.

    Raises
    ------
    ProbeError
        If it cannot be written.
    """
    content = BytesIO()
    torch.save(state, content)  # to a full disk it raises what says nothing of it
    try:
        with open_atomic(path) as file:
            file.write(content.getbuffer())
            file.write(hashlib.sha256(content.getbuffer()).digest())
    except OSError as error:
        kept = "training goes on from what was written before"
        raise write_error(ProbeError, path, error, kept) from None


def is_undamaged(path: Path) -> bool:
    """Return whether a state holds what was written.

    Raises
    ------
    ProbeError
        If it cannot be read.
    """
    return _saved(path) is not None


def load_state(path: Path, device: torch.device) -> dict[str, Any]:
    """Return a state that :func:`save_state` wrote, its tensors on a device.

    Raises
    ------
    ProbeError
        If it cannot be read.
    """
    try:
        saved = _saved(path)
        if saved is None:
            raise ValueError
        state: dict[str, Any] = torch.load(saved, map_location=device, weights_only=True)
    except (*DAMAGED, pickle.UnpicklingError):
        raise ProbeError(str(path), "it cannot be read", "remove it to train anew") from None
    return state


def _saved(path: Path) -> BytesIO | None:
    """What torch saved in a file; None if it is damaged."""
    try:
        content = path.read_bytes()
    except OSError as error:
        what = f"it cannot be read ({error.strerror})"
        raise ProbeError(str(path), what, "check its permissions") from None
    try:
        if content[END_OF_ZIP] != b"PK\5\6":
            return BytesIO(without_hash(content))
        sound = zipfile.ZipFile(BytesIO(content)).testzip() is None
    except (zipfile.BadZipFile, zlib.error, *DAMAGED):
        return None
    return BytesIO(content) if sound else None


def remove_state(path: Path) -> None:
    """Remove a state, and what a process that was killed had half written of it."""
    for own in (path, *path.parent.glob(f".{path.name}.*")):
        own.unlink(missing_ok=True)


def remark_on_states(path: Path, earlier: Collection[Path]) -> str:
    """Return what a user must know of the states in a folder, in a sentence; or nothing.

    Parameters
    ----------
    path
        The file of the state that a training would go on from.
    earlier
        Those of trainings that the same call has finished.
    """
    if path.is_file():
        return f"training goes on from what an earlier call kept in {path.parent}"
    if set(path.parent.glob(f"*{SUFFIX}")) - set(earlier):
        return (
            f"training starts anew: the epochs kept in {path.parent} are of another setting, other "
            "recordings, labels or another loss"
        )
    return ""
