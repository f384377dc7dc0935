"""What all tests share: one BLAS thread, no deadlines, the bundled competitions judged once."""

import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from ranking.workers.memory import keep_freed_memory

if TYPE_CHECKING:
    from object_server import ObjectServer
    from pytest_httpserver import HTTPServer
    from recording_server import RecordingServer

    from icpc.competition.competitions import Competition
    from icpc.findings.finding import Findings
    from icpc.study.study import Study
    from ranking.storage.addresses import StorePlace

# two workers whose BLAS threads wait for each other take ten times as long; read by numpy on import
for library in ("OPENBLAS", "OMP", "MKL"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")

keep_freed_memory()  # as the program does

settings.register_profile("judge", deadline=None)  # no test asserts a time, nor does hypothesis
settings.load_profile("judge")


def _study(name: str) -> "Study":
    from icpc.competition.competitions import load_competition
    from icpc.study.comparisons import load_comparisons
    from icpc.study.settings import Settings
    from icpc.study.study import run_study

    competition = load_competition(name)
    return run_study(competition, load_comparisons(competition), Settings())


@pytest.fixture(scope="session")
def threaded_server() -> Iterator["HTTPServer"]:
    from pytest_httpserver import HTTPServer

    with HTTPServer(threaded=True) as server:
        yield server


@pytest.fixture
def recordings(threaded_server: "HTTPServer", tmp_path: Path) -> Iterator["RecordingServer"]:
    """A server of what is in a folder; ``a.bin`` has half a megabyte, and is no sound."""
    from recording_server import RecordingServer

    folder = tmp_path / "served"
    folder.mkdir()
    (folder / "a.bin").write_bytes(random.Random(1).randbytes(500_000))
    threaded_server.clear()
    yield RecordingServer(threaded_server, folder)
    threaded_server.clear()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that writes down what the program prints while it is tested."""
    parser.addoption("--sentences", metavar="FILE", help="Write a page of all sentences printed.")


def pytest_configure(config: pytest.Config) -> None:
    """Write the page of sentences, if it is asked for."""
    if file := config.getoption("--sentences"):
        from sentences import Plugin

        config.pluginmanager.register(Plugin(file))


@pytest.fixture(scope="session")
def study2015() -> "Study":
    return _study("icpc2015")


@pytest.fixture(scope="session")
def icpc2015(study2015: "Study") -> "Competition":
    return study2015.competition


@pytest.fixture(scope="session")
def study2025() -> "Study":
    return _study("icpc2025")


@pytest.fixture(scope="session")
def findings2015(study2015: "Study") -> "Findings":
    from icpc.findings.checks import check_study

    return check_study(study2015)


@pytest.fixture(scope="session")
def findings2025(study2025: "Study") -> "Findings":
    from icpc.findings.checks import check_study

    return check_study(study2025)


@pytest.fixture(scope="session")
def object_server() -> Iterator["ObjectServer"]:
    from object_server import serving

    with serving() as server:
        yield server


@pytest.fixture
def s3(object_server: "ObjectServer", monkeypatch: pytest.MonkeyPatch) -> "ObjectServer":
    """A server of S3, which the environment names; nothing is remembered of other tests."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in object_server.environment().items():
        monkeypatch.setenv(name, value)
    from object_server import forget_systems

    forget_systems()
    object_server.requests.clear()
    return object_server


KINDS = ["folder", "memory", "file", pytest.param("s3", marks=pytest.mark.slow)]


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> "StorePlace":
    """A place for a store, of each kind; copies of what is at an address are in ``copies``."""
    from ranking.storage.addresses import StoreAddress

    name, copies = tmp_path.name, tmp_path / "copies"
    if request.param == "folder":
        return tmp_path / "store"
    if request.param == "s3":
        bucket = request.getfixturevalue("s3").new_bucket()
        return StoreAddress(f"s3://{bucket}/archive", copies)
    if request.param == "file":
        return StoreAddress(f"file://{tmp_path / 'elsewhere'}", copies)
    return StoreAddress(f"memory://{name}/archive", copies)
