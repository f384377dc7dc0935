"""A few kills, full disks, races and flipped bits in every test run; ``.ci/run`` has more."""

import subprocess
import sys
from pathlib import Path

import pytest

MANY = Path(__file__).parent / "many.py"


def count_faults(*options: object) -> str:
    """What the program of faults prints; it has to find none."""
    done = subprocess.run(
        [sys.executable, str(MANY), *map(str, options)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="processes are forked")
@pytest.mark.slow
def test_a_few_faults_are_survived():
    printed = count_faults("--quick", "--kills", 2, "--places", 2, "--races", 1, "--flips", 90)
    for kind in ("kills", "places", "races", "flips"):
        assert f"{kind}: " in printed
