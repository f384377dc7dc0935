"""Progress is drawn on a terminal alone."""

import re

import pytest

from icpc.cli.output import TerminalProgress, print_error


def work(progress):
    with progress.start("thinking"):
        pass
    with progress.start("comparing [red]", total=3):
        progress.advance(2)
    with progress.start("ranker 1 of 3"), progress.start("training", total=4):
        progress.advance(4, detail="epoch 2 of 2, loss 0.31")
    with progress.start("weights.bin", total=2_000_000, unit="bytes"):
        progress.advance(1_000_000)


def test_nothing_is_drawn_where_there_is_no_terminal(capsys):
    work(TerminalProgress())
    assert capsys.readouterr() == ("", "")


@pytest.fixture
def drawn(monkeypatch, capsys):
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("COLUMNS", "100")
    work(TerminalProgress())
    out, err = capsys.readouterr()
    assert not out
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", err)


@pytest.mark.parametrize(
    "words",
    [
        "thinking …",
        "comparing [red] 2/3",
        "ranker 1 of 3, training, epoch 2 of 2, loss 0.31 ━",
        "weights.bin 1.0/2.0 MB",
    ],
)
def test_stages_are_drawn_by_name_with_what_is_done(drawn, words):
    assert words in drawn


def test_a_stage_that_fails_is_drawn_no_more(monkeypatch, capsys):
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    progress = TerminalProgress()
    with pytest.raises(ValueError, match="over"), progress.start("judging", total=3):
        raise ValueError("over")
    capsys.readouterr()
    progress.advance()
    assert not capsys.readouterr().err


def test_an_error_is_no_longer_than_can_be_read(capsys):
    print_error(f"mine.csv: {'x' * 100_000}; write less")
    err = capsys.readouterr().err
    assert len(err) < 5_000
    assert err.startswith("judge: mine.csv: x")
    assert err.endswith("x; write less\n")
