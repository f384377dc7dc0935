"""What was measured of recordings, beside a ranking that follows one of them."""

import numpy as np
import pandas as pd
import pytest
from sounds import piano, write_sound
from typer.testing import CliRunner

from icpc import Settings, check, load_comparisons, rank, read_competition
from icpc.cli import app
from icpc.workflows.controls import measure_controls
from ranking.encoders.controls import CONTROLS

NAMES = [f"candidate{number}" for number in range(8)]


@pytest.fixture
def tables(tmp_path):
    """Eight candidates; the later beats the earlier."""
    roster = pd.DataFrame({"candidate": NAMES, "score": np.arange(len(NAMES)) % 4})
    roster.to_csv(tmp_path / "roster.csv", index=False)
    pairs = [(a, b) for a in NAMES for b in NAMES if a != b]
    table = pd.DataFrame(pairs, columns=["first", "second"]).assign(winner=[max(p) for p in pairs])
    table.to_csv(tmp_path / "comparisons.csv", index=False)
    return tmp_path


@pytest.fixture
def field(tables):
    """Their recordings, the later the louder. Lengths have no order."""
    lengths = np.random.default_rng(3).permutation(len(NAMES)) + 10.0
    for number, (name, seconds) in enumerate(zip(NAMES, lengths, strict=True)):
        sound = 10 ** ((number - 8) / 10) * piano(seconds, 8_000, number)
        write_sound(tables / f"{name}.wav", sound, 8_000)
    return tables, lengths


def ranking(folder):
    competition = read_competition(folder / "roster.csv")
    return rank(competition, load_comparisons(competition, folder / "comparisons.csv"), Settings())


def test_a_ranking_by_loudness_is_seen_to_follow_it(tables):
    """Those without a recording are left out, and what is alike in all is not tested."""
    study = ranking(tables)
    measured = pd.DataFrame(dict.fromkeys(CONTROLS, 1.0), index=NAMES[:-1])
    measured["loudness"] = np.arange(7) / 7 - 20
    measured["noise_floor"] = -measured["loudness"]
    findings = check(study, controls=measured)
    own, opposite = findings["follows_loudness"], findings["follows_noise_floor"]
    assert (own.value, opposite.value) == (pytest.approx(1), pytest.approx(-1))
    assert own.p < 0.05
    assert "of 7 recordings is +1.000" in own.sentence
    assert own.sentence.endswith("the ranking follows it, or what goes with it.")
    assert opposite.sentence.endswith("runs opposite to it, or to what goes with it.")
    assert findings["follows_length"].sentence.endswith("not tested.")
    rule = findings["control_measured_loudness"]
    assert rule.sentence.startswith("Always preferring the louder recording agrees with the result")


@pytest.mark.slow
def test_controls_are_those_of_the_recordings(field):
    folder, lengths = field
    competition = read_competition(folder / "roster.csv")
    measured = measure_controls(competition, folder, None, folder / "store")
    np.testing.assert_allclose(measured.loc[NAMES, "length"], lengths, atol=1e-3)
    assert (np.diff(measured.loc[NAMES, "loudness"]) > 0).all()
    findings = check(ranking(folder), controls=measured)
    assert findings["follows_loudness"].p < 0.05 < findings["follows_length"].p


@pytest.mark.slow
def test_the_command_says_it(field, monkeypatch):
    folder, _ = field
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLUMNS", "400")
    words = ["check", "--roster", "roster.csv", "--comparisons", "comparisons.csv"]
    done = CliRunner().invoke(
        app, [*words, "--recordings", ".", "--verbose"], catch_exceptions=False
    )
    assert done.exit_code == 0
    assert (
        "follows loudness: Kendall's tau-b between the ranking and the loudness of 8" in done.stdout
    )
    assert "control: measured loudness: Always preferring the louder recording" in done.stdout
