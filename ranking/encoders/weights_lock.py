"""The hash that a weights file must have: the published one, or that of its first use.

Conventions
-----------
Where nobody published the SHA-256 of a file, it is locked when the file was loaded for the first
time, in ``NAME.sha256`` beside it, one line as ``sha256sum`` writes it. From then on another file
of that name is refused. In a folder that cannot be written to, nothing is locked.
"""

import re
from contextlib import suppress
from pathlib import Path

from ranking.encoders.spec import Weights
from ranking.encoders.weights_hash import weights_sha256
from ranking.errors import WeightsError
from ranking.files.atomic import open_atomic


def expected_sha256(weights: Weights, path: Path) -> str:
    """Return the published hash of a file, or the locked one; empty where there is neither.

    Raises
    ------
    WeightsError
        If the lock cannot be read.
    """
    if weights.sha256:
        return weights.sha256
    lock = _lock_of(path)
    try:
        content = lock.read_bytes()
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise WeightsError(
            str(lock), f"it cannot be read ({error.strerror})", "check who may read it"
        ) from None
    found = re.match(rb"([0-9a-f]{64})\b", content)
    if found is None:
        raise WeightsError(
            str(lock), "it holds no SHA-256", "remove it, which locks the weights as they are now"
        )
    return found[1].decode()


def refuse_other_weights(weights: Weights, path: Path, encoder: str) -> None:
    """Refuse a file that is not the published or locked one.

    Parameters
    ----------
    weights : what was published of the file
    path : the file in the cache folder
    encoder : name of the encoder that needs it

    Raises
    ------
    WeightsError
        If it is another file, or it or its lock cannot be read.
    """
    expected = expected_sha256(weights, path)
    if not expected or (found := weights_sha256(path)) == expected:
        return
    if weights.sha256:
        raise WeightsError(
            str(path),
            f"it is not the published file (its SHA-256 is {found}, not {expected})",
            "fetch it again, or give weights of your own as such",
            key="own-weights",
            encoder=encoder,
        )
    raise another_than_locked(str(path), path, found, expected)


def lock_first_use(weights: Weights, path: Path) -> None:
    """Write the hash of a loaded file beside it, if it is one of these and none is known."""
    for own in (weights, *weights.alternatives):
        if path.name == own.file and not expected_sha256(own, path):
            with suppress(OSError), open_atomic(_lock_of(path)) as file:
                line = f"{weights_sha256(path)}  {path.name}\n"
                file.write(line.encode(errors="surrogateescape"))


def another_than_locked(where: str, path: Path, sha256: str, expected: str) -> WeightsError:
    """Return the error of a file whose hash is not the locked one.

    Parameters
    ----------
    where : where that file is
    path : the file in the cache folder that was locked
    sha256, expected : the hash that was found, and the locked one
    """
    return WeightsError(
        where,
        f"it is not the file that was used here first (its SHA-256 is {sha256}, not {expected})",
        f"put the first one at {path}, or remove {_lock_of(path)} to use this one",
    )


def _lock_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.sha256")
