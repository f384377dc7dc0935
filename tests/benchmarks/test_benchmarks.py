"""Benchmarks still run, on a tournament too small to time."""

import subprocess
import sys
from pathlib import Path


def test_the_engine_benchmark_prints_ratios_and_agreement():
    script = Path(__file__).parent / "engine.py"
    done = subprocess.run(
        [sys.executable, str(script), "--candidates", "20"],
        capture_output=True,
        text=True,
        check=True,
    )
    lines = done.stdout.splitlines()
    assert lines[0] == "20 candidates, 380 comparisons"
    gaps = [float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith("largest")]
    assert len(gaps) == 2
    assert max(gaps) < 0.01
    assert {"read and rank", "check", "fit"} <= {line[:24].strip() for line in lines}
