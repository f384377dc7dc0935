"""No process imports what lies in the working folder."""

import os
import subprocess
import sys
from multiprocessing.context import SpawnContext

import pytest

from ranking.workers.children import SAFE_PATH, SafeContext
from ranking.workers.programs import run_module

HOSTILE = "from pathlib import Path\nPath(__file__).with_name('run').touch()\nraise SystemExit(3)\n"
SCRIPT = """
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from ranking.workers.children import SafeContext

if __name__ == "__main__":
    with ProcessPoolExecutor(1, mp_context={context}) as pool:
        print(pool.submit(len, "four").result())
"""


@pytest.fixture
def hostile(tmp_path, monkeypatch):
    folder = tmp_path / "working"
    folder.mkdir()
    for name in ("multiprocessing", "signal", "pickle", "pip"):
        (folder / f"{name}.py").write_text(HOSTILE)
    monkeypatch.chdir(folder)
    return folder


def run(tmp_path, context):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.format(context=context))
    environment = {name: value for name, value in os.environ.items() if name != SAFE_PATH}
    return subprocess.run(
        [sys.executable, script], capture_output=True, text=True, check=False, env=environment
    )


def test_workers_import_nothing_from_the_working_folder(tmp_path, hostile):
    assert run(tmp_path, "SafeContext()").stdout == "4\n"
    assert not (hostile / "run").exists()


def test_workers_of_python_s_own_context_would(tmp_path, hostile):
    assert run(tmp_path, "get_context('spawn')").returncode != 0
    assert (hostile / "run").exists()


def test_the_environment_is_as_it_was():
    before = dict(os.environ)
    assert issubclass(SafeContext, SpawnContext)
    SafeContext()
    assert dict(os.environ) == before


def test_pip_is_not_that_of_the_working_folder(hostile):
    done = run_module("pip", "--version")
    assert (done.returncode, done.stdout.split()[0]) == (0, "pip")
    assert not (hostile / "run").exists()
