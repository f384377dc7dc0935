"""Memory that was freed is used again, in the process that asked for it and in its workers."""

import json
import os
import subprocess
import sys

import pytest

from ranking.workers.memory import keep_freed_memory

GLIBC = "CS_GNU_LIBC_VERSION" in getattr(os, "confstr_names", ())
SCRIPT = """
import json
import resource
import sys
from concurrent.futures import ProcessPoolExecutor

import numpy as np

from ranking.workers.children import SafeContext
from ranking.workers.memory import keep_freed_memory


def page_faults():
    np.ones(5_000_000)  # 40 MB
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(20):
        np.ones(5_000_000)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


if __name__ == "__main__":
    if sys.argv[1] == "kept":
        keep_freed_memory()
    with ProcessPoolExecutor(1, mp_context=SafeContext()) as pool:
        print(json.dumps([page_faults(), pool.submit(page_faults).result()]))
"""


@pytest.mark.slow
@pytest.mark.skipif(not GLIBC, reason="the C library is not that of GNU")
def test_the_same_work_makes_far_fewer_page_faults(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    faults = {
        how: json.loads(subprocess.check_output([sys.executable, script, how]))
        for how in ("kept", "given back")
    }
    for kept, given_back in zip(faults["kept"], faults["given back"], strict=True):
        assert given_back > 20 * 40e6 / 2**21  # at least one for each huge page, each time
        assert kept < given_back / 10


@pytest.mark.skipif(GLIBC, reason="the C library is that of GNU")
def test_other_c_libraries_are_left_as_they_are():
    assert not keep_freed_memory()


def test_importing_the_packages_changes_nothing():
    code = "import icpc.cli, ranking.workers.memory as m; print(m.keeps_freed_memory())"
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "False\n"
