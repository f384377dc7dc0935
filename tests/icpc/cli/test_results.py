"""``judge results``: the table, the figures, the page; and nothing is written of what is wrong."""

import io
import json

import pandas as pd
import pytest
from probe_results import write_result
from typer.testing import CliRunner

from icpc.cli import app


@pytest.fixture
def judge(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")

    def run(*options):
        arguments = ["results", "results.jsonl", *map(str, options)]
        return CliRunner().invoke(app, arguments, catch_exceptions=False)

    return run


def words(text):
    return " ".join(text.split())


def test_what_was_tested_is_printed_with_controls_beside(judge, tmp_path):
    write_result(tmp_path, "spectrogram", 0.7)
    result = judge()
    assert result.exit_code == 0
    assert "difficulty-3 spectrogram 1 0 30 Acc_0 70.0 53.6–86.4 33.3" in words(result.stdout)
    assert "In 1 of 1 result it is not known whether controls" in words(result.stdout)
    assert "--encoder controls" in result.stderr
    write_result(tmp_path, "controls", 0.6)
    result = judge()
    assert "controls explain as much as spectrogram." in words(result.stdout)
    assert result.stderr == ""
    (row, _) = json.loads(judge("--format", "json").stdout)
    assert (row["encoder"], row["metric"], row["groups"]) == ("spectrogram", "acc0", 30)
    table = pd.read_csv(io.StringIO(judge("--format", "csv").stdout))
    assert table["value"].tolist() == pytest.approx([0.7, 0.6])


@pytest.mark.slow
def test_figures_are_written_as_png_and_svg(judge, tmp_path):
    write_result(tmp_path, "spectrogram", 0.7)
    result = judge("--plots", "figures")
    assert result.exit_code == 0
    assert sorted(path.name for path in (tmp_path / "figures").iterdir()) == [
        f"{name}-difficulty-3{of}.{kind}"
        for name, of in (
            ("average-precision", ""),
            ("confusion", "-spectrogram"),
            ("training", "-spectrogram"),
        )
        for kind in ("png", "svg")
    ]


def refused(judge, *options):
    result = judge(*options)
    assert result.exit_code == 2
    assert result.stdout == ""
    return words(result.stderr)


def test_a_file_that_is_not_there_or_empty_is_named(judge, tmp_path):
    missing = refused(judge, "--html", "page.html", "--plots", "figures")
    assert "results.jsonl: it cannot be read (No such file or directory); give the file" in missing
    (tmp_path / "results.jsonl").touch()
    assert "results.jsonl: no results are in it; give" in refused(judge, "--html", "page.html")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["results.jsonl"]


def test_what_was_changed_is_named_and_nothing_written(judge, tmp_path):
    path = write_result(tmp_path, "spectrogram", 0.7)
    predictions = tmp_path / "spectrogram-0.predictions.csv"
    content = predictions.read_text()
    predictions.write_text(content.replace("0.8", "0.9"))
    given = ("--html", "page.html", "--plots", "figures")
    message = refused(judge, *given)
    assert "spectrogram-0.predictions.csv: it is not what was written; train again, or" in message
    predictions.write_text(content)
    path.write_text(path.read_text().replace('"groups": 30', '"groups": 31'))
    assert "results.jsonl, line 1: it is not what was written; remove" in refused(judge, *given)
    assert not (tmp_path / "page.html").exists()
    assert not (tmp_path / "figures").exists()


def test_places_that_cannot_be_written_are_named_before_anything_is_drawn(judge, tmp_path):
    write_result(tmp_path, "spectrogram", 0.7)
    (tmp_path / "figures").write_text("a file")
    given = ("--html", "page.html", "--plots", "figures")
    assert "figure.png: it cannot be written (" in refused(judge, *given)
    (tmp_path / "folder").mkdir()
    message = refused(judge, "--html", "folder")
    assert "folder: it cannot be written (Is a directory); choose another place" in message
    message = refused(judge, "--html", "results.jsonl")
    assert "--html results.jsonl: that is the file of results; name another file" in message
    assert not (tmp_path / "page.html").exists()


def test_a_run_that_is_none_is_named(judge, tmp_path):
    write_result(tmp_path, "spectrogram", 0.7)
    assert "nowhere" in refused(judge, "--run", "nowhere", "--html", "page.html")
    assert not (tmp_path / "page.html").exists()
