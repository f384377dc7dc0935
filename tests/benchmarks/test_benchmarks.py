"""Benchmarks still run, on what is too small to time."""

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sounds import write_sound


def printed(script, *arguments):
    command = [sys.executable, Path(__file__).parent / script, *arguments]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


@pytest.mark.slow
def test_the_engine_benchmark_prints_ratios_and_agreement():
    lines = printed("engine.py", "--candidates", 20)
    assert lines[0] == "20 candidates, 380 comparisons"
    gaps = [float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith("largest")]
    assert len(gaps) == 2
    assert max(gaps) < 0.01
    assert {"read and rank", "check", "fit"} <= {line[:24].strip() for line in lines}


@pytest.mark.slow
def test_the_decoding_benchmark_prints_a_line_for_each_format():
    lines = printed("decoding.py", "--hours", 0.02)
    assert [line.split()[0] for line in lines[2:]] == ["flac", "mp3", "ogg"]
    assert all(float(number) > 0 for line in lines[2:] for number in line.split()[1:])


@pytest.mark.slow
def test_the_encoding_benchmark_prints_ratios():
    (line,) = printed("encoding.py", "spectrogram", "--seconds", 11)[2:]
    name, times_real, _, mb_per_hour, *ratios = line.split()
    assert name == "spectrogram"
    assert min(float(number) for number in (times_real, mb_per_hour, *ratios)) > 0


@pytest.mark.slow
def test_the_all_pairs_benchmark_has_the_same_logits_as_the_head():
    (line,) = printed("allpairs.py", "spectrogram", "--measured", 3, "--rounds", 1)[2:]
    name, *numbers, gap = line.split()
    assert name == "spectrogram"
    assert min(map(float, numbers)) >= 0
    assert float(gap) < 1e-4


@pytest.mark.slow
def test_the_training_benchmark_fits_a_stack_as_it_fits_each_run():
    arguments = ["--runs", 2, "--segments", 1, "--rounds", 1]
    (line,) = printed("training.py", "spectrogram", *arguments)[2:]
    name, *numbers, gap = line.split()
    assert name == "spectrogram"
    assert min(map(float, numbers)) > 0
    assert float(gap) < 1e-5


@pytest.mark.slow
def test_the_paired_training_benchmark_has_the_same_gradients():
    (line,) = printed("paired_training.py", "spectrogram", "--recordings", 3, "--segments", 1)[1:]
    name, pairs, *_, gap = line.split()
    assert (name, pairs) == ("spectrogram", "6")
    assert float(gap) < 1e-4


@pytest.mark.slow
def test_a_competition_that_was_killed_three_times_ends_in_the_same_files():
    lines = printed("competition.py", "--candidates", 4, "--minutes", 1)
    assert lines[-5].startswith("killed three times")
    assert all(": equal, " in line for line in lines[-4:])


@pytest.mark.slow
def test_the_cluster_benchmark_prints_ratios_of_equal_work():
    few = ("--encoder", "spectrogram", "--candidates", 8, "--minutes", 1, "--field", 8)
    lines = printed("cluster.py", *few, "--turns", 1)
    assert [line.split(":")[0] for line in lines] == ["embed", "train", "compare"]
    assert all("cluster of 2 " in line and line.endswith("equal files: True") for line in lines)


@pytest.mark.slow
def test_the_benchmark_of_a_large_field_agrees_with_all_pairs():
    lines = printed("large_field.py", "--candidates", 300, "--pairs", 9_000, "--sample", 100)
    assert lines[0] == "300 candidates, 9,000 of 44,850 pairs"
    assert abs(float(lines[2].split()[-2]) - 0.2) < 0.02
    assert float(lines[3].rpartition(" ")[2]) > 0.85


@pytest.mark.slow
def test_the_benchmark_of_codes_agrees_with_all_pairs():
    few = ("--candidates", 60, "--pairs", 900, "--segments", 2, "--sample", 40)
    lines = printed("large_codes.py", *few)
    assert lines[0] == "60 candidates, 900 pairs in both orders"
    assert float(lines[2].rpartition(" ")[2]) > 0.85


@pytest.mark.slow
def test_the_commands_benchmark_prints_ratios_of_two_checkouts():
    root = Path(__file__).parents[2]
    arguments = [root, root, "--candidates", 2, "--minutes", 1, "--rounds", 1]
    lines = printed("commands.py", *arguments, "--only", "help", "long")[1:]
    assert [line[:18].strip() for line in lines] == ["help", "long", "long again"]
    assert all(float(number) > 0 for line in lines for number in line[18:].split())


@pytest.mark.slow
@pytest.mark.skipif(not Path("/usr/bin/chromium").exists(), reason="needs Chromium")
def test_the_report_benchmark_opens_every_page():
    lines = printed("report.py", "--candidates", 6, "--openings", 1)[2:]
    assert [line.split()[0] for line in lines] == ["icpc2015", "icpc2025", "6"]
    assert all(float(number) > 0 for line in lines for number in line.split()[1:])


@pytest.mark.slow
def test_the_gpu_benchmark_measures_everything_on_a_cpu_too(tmp_path):
    lines = printed("gpu.py", "--device", "cpu", "--small", "--out", tmp_path)
    rows = json.loads((tmp_path / "gpu.json").read_text())["rows"]
    assert len(lines) == len(rows) + 2
    assert {row["part"] for row in rows} == {
        "device",
        "parity",
        "encoding",
        "training",
        "all pairs",
    }
    missing = [row["what"] for row in rows if row["value"] is None]
    assert missing == ["basicpitch"]
    exact = [
        row for row in rows if row["part"] == "parity" and "bfloat16" not in row["what"]
    ]  # the device is the CPU
    assert all(row["value"] == (100 if "codes" in row["what"] else 0) for row in exact)
    table = (tmp_path / "gpu.md").read_text().splitlines()
    assert table[0].startswith("Measured on ")
    assert len(table) == len(rows) + 4


@pytest.mark.slow
def test_the_last_segment_benchmark_prints_shifts_and_slopes(tmp_path):
    """Of noise, and of so few recitals: what is printed is no result."""
    for number in range(3):
        sound = (0.1 * np.random.default_rng(number).standard_normal(300 * 8000)).astype("f4")
        write_sound(tmp_path / f"{number}.flac", sound, 8000)
    arguments = ["--recitals", 2, "--lengths", 2, "--recordings", tmp_path, "--places", 1]
    lines = printed("last_segment.py", "--cache", tmp_path / "cache", *arguments)
    numbers = r"[+-]\d+\.\d\d \([+-]\d+\.\d\d to [+-]\d+\.\d\d\)"
    ends = [line for line in lines if line.startswith(("zeros  r", "room   r"))]
    assert len(ends) == 4
    assert all(re.search(rf"{numbers}  \d+ of 2$", line) for line in ends)
    assert all(re.search(rf"^(program|zeros) +{numbers}$", line) for line in lines[-2:])


@pytest.mark.slow
def test_the_selection_benchmark_compares_designs_and_covers():
    few = ("--candidates", 12, "--share", 0.5, "--seeds", 2)
    lines = printed("selection.py", *few)
    assert lines[0].startswith("12 candidates, 33 of 66 pairs, 1 results each; strengths of")
    designs = ("random", "swiss", "active", "all pairs")
    for name in designs:
        assert sum(line.startswith(f"  {name} ") for line in lines) == 2
    shares = printed("selection.py", *few, "--coverage")[1:]
    assert [line.split()[0] for line in shares] == ["swiss", "active", "random"]
    assert all(0 <= float(line.split()[2]) <= 1 for line in shares)
