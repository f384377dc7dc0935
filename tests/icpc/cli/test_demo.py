"""``judge demo`` as a user meets it: from nothing to a ranking of players of known skill."""

import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from icpc.cli import app
from icpc.study.runs import load_run
from icpc.synthetic.demonstration import read_skill
from ranking.evaluation.accuracy import pair_accuracy

ASKED = ["demo", "--seconds", "30", "--seed", "1", "--out"]


def run_demo(out):
    return CliRunner().invoke(app, [*ASKED, str(out)], catch_exceptions=False)


def files_below(folder: Path) -> dict[str, int]:
    """When each recording and embedding was written."""
    return {
        str(path.relative_to(folder)): path.stat().st_mtime_ns
        for part in ("recordings/*.flac", "embeddings/*/*.npy")
        for path in folder.glob(part)
    }


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The folder of a demonstration, and what was printed."""
    out = tmp_path_factory.mktemp("demo") / "whole"
    result = run_demo(out)
    assert result.exit_code == 0, result.stderr
    return out, result


@pytest.mark.slow
def test_eight_players_are_ranked_and_compared_with_their_skill(whole):
    out, result = whole
    study = load_run(out / "run")
    assert (study.tally.comparisons.sum(axis=1) == 7).all()
    assert study.comparisons.votes is not None
    skill = read_skill(out / "recordings" / "roster.csv").loc[study.tally.candidates]
    found = pair_accuracy(study.tally, skill.to_numpy())
    assert found.p < 0.05, found
    printed = " ".join(result.stdout.split())
    assert "demo: 8 candidates ranked from 56 comparisons" in printed
    assert f"Report, to open in a browser: {out / 'run' / 'report.html'}" in result.stdout.replace(
        "\n", ""
    )
    assert (out / "run" / "report.html").is_file()
    assert "Base rate 0.500: 4 of 8 passed." in printed
    assert (
        f"of 56 comparisons, each pair in both orders, {100 * found.value:.1f} % went to" in printed
    )


@pytest.mark.slow
def test_the_curve_is_drawn(whole):
    out, _ = whole
    assert (out / "run" / "hitrate.png").read_bytes().startswith(b"\x89PNG")
    assert re.search("<svg", (out / "run" / "hitrate.svg").read_text())


@pytest.mark.slow
def test_what_is_there_is_not_made_again(whole):
    out, result = whole
    before, ranking = files_below(out), (out / "run" / "ranking.csv").read_bytes()
    again = run_demo(out)
    assert again.stdout == result.stdout
    assert files_below(out) == before
    assert (out / "run" / "ranking.csv").read_bytes() == ranking


@pytest.mark.slow
def test_killed_at_the_third_recital_it_goes_on_and_ends_in_the_same_bytes(whole, tmp_path):
    command = [sys.executable, "-c", "from icpc.cli import app; app()", *ASKED, str(tmp_path)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    while process.poll() is None and len(list(tmp_path.glob("recordings/*.flac"))) < 3:
        time.sleep(0.01)
    process.kill()
    process.wait()
    assert not (tmp_path / "run").exists()
    made = files_below(tmp_path)
    assert run_demo(tmp_path).exit_code == 0
    now = files_below(tmp_path)
    assert {name: now[name] for name in made} == made
    for name in ("ranking.csv", "votes.csv", "hitrate.csv", "run.json"):
        assert (tmp_path / "run" / name).read_bytes() == (whole[0] / "run" / name).read_bytes()


def test_a_recital_has_a_minimum_length(tmp_path):
    result = CliRunner().invoke(app, ["demo", "--seconds", "2", "--out", str(tmp_path / "d")])
    assert result.exit_code == 2
    assert not (tmp_path / "d").exists()
