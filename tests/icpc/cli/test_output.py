"""Progress is drawn on a terminal; elsewhere it is a few plain lines."""

import re
import threading
from itertools import pairwise
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from icpc.cli import output
from icpc.cli.output import TerminalProgress, _cut, print_error, print_table
from icpc.cli.plain_progress import PlainProgress


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


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self):
        self.seconds = 0.0

    def __call__(self):
        return self.seconds


def plain_lines(capsys, seconds, total, detail="", unit=""):
    """What a stage prints where there is no terminal, each step taking so long."""
    clock = Clock()
    with TerminalProgress(clock).start("embedding", total, unit) as progress:
        for step in range(int(total or 50)):
            clock.seconds += seconds
            progress.advance(1, detail and f"{detail} {step + 1}")
    out, err = capsys.readouterr()
    assert not out
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", err)
    return err.splitlines()


@pytest.mark.parametrize(
    ("seconds", "total", "shown"),
    [
        (0.01, 900, []),  # nine seconds
        (2, 100, [5, *range(10, 101, 10)]),  # at first, each tenth, at the end
        (0.25, 160, [40, 80, 120, 160]),  # at most one in ten seconds
        (0.25, 170, [40, 80, 120, 160, 170]),  # and the end
        (100, 3, [1, 2, 3]),
    ],
)
def test_without_a_terminal_plain_lines_come_at_a_bounded_rate(capsys, seconds, total, shown):
    lines = plain_lines(capsys, seconds, total)
    numbers = [int(line.split()[1].replace(",", "")) for line in lines]
    assert numbers == shown
    assert lines == [f"embedding: {one:,} of {total:,}" for one in numbers]


def test_without_a_terminal_a_line_comes_every_minute_at_least(capsys):
    lines = plain_lines(capsys, 1, 4_000)
    numbers = [0, *(int(line.split()[1].replace(",", "")) for line in lines)]
    waited = [later - earlier for earlier, later in pairwise(numbers)]
    assert max(waited) == 60
    assert min(waited[:-1]) >= 10


def test_plain_lines_have_details_as_percentages_and_bytes_as_megabytes(capsys):
    lines = plain_lines(capsys, 30, 2, "epoch")
    assert lines == ["embedding: 50%, epoch 1", "embedding: 100%, epoch 2"]
    clock = Clock()
    with TerminalProgress(clock).start("weights.bin", 4e6, "bytes") as progress:
        clock.seconds += 30
        progress.advance(1e6)
    assert capsys.readouterr().err == "weights.bin: 1.0 of 4.0 MB\n"


def waited_lines(unit, *seconds_and_steps):
    """What a stage of unknown length prints after so many seconds, with so many steps done."""
    clock = Clock()
    stage = PlainProgress("reading", None, unit, clock)
    lines = []
    for seconds, steps in seconds_and_steps:
        clock.seconds = seconds
        if steps:
            assert stage.advance(steps) == ""
        lines.append(stage.wait())
    assert stage.end() == ""
    return lines


def test_a_stage_of_unknown_length_is_named_and_then_tells_how_long_it_takes():
    lines = waited_lines("", (9, 0), (10, 0), (39, 0), (41, 0), (70, 0), (71, 0))
    assert lines == ["", "reading …", "", "reading: 41 s", "", "reading: 71 s"]
    with_steps = waited_lines("", (12, 700), (30, 700), (42, 100))
    assert with_steps == ["reading …", "", "reading: 1,500 done, 42 s"]
    assert waited_lines("bytes", (12, 0), (42, 2.5e6))[-1] == "reading: 2.5 MB, 42 s"


def test_a_stage_of_unknown_length_prints_while_it_works_and_not_afterwards(monkeypatch):
    monkeypatch.setattr(output, "LOOK_SECONDS", 0.001)
    clock, printed, lines = Clock(), Event(), []
    show = lambda line, _: (lines.append(line), printed.set())  # noqa: E731
    monkeypatch.setattr(output, "print_remark", show)
    before = threading.active_count()
    with TerminalProgress(clock).start("ranking"):
        clock.seconds += 20
        assert printed.wait(10)
    clock.seconds += 1000
    assert lines == ["ranking …"]
    assert threading.active_count() == before


def test_a_stage_within_another_has_plain_lines_under_both_names(capsys):
    clock = Clock()
    progress = TerminalProgress(clock)
    with progress.start("ranker 1 \x1b[31m"), progress.start("training", total=2):
        clock.seconds += 30
        progress.advance()
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("ranker 1 ")
    assert line.endswith(", training: 1 of 2")
    assert "\x1b" not in line


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


def test_names_that_begin_alike_are_told_apart_where_a_table_is_narrow(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "80")
    school = "Chamber Music Ensemble of the National University of Music and Performing Arts"
    names = [f"{school}, {letter}" for letter in "AB"]
    wide = [f"{'東京芸術大学音楽学部室内楽' * 4}{letter}" for letter in "ab"]
    print_table(
        "title", ["rank", "candidate"], [["1", name] for name in [*names, *wide]], ["candidate"]
    )
    _, _, *lines = capsys.readouterr().out.splitlines()
    assert max(map(cell_len, lines)) <= 80
    shown = [line.split(maxsplit=1)[1].strip() for line in lines]
    assert len(set(shown)) == 4
    for name, short in zip([*names, *wide], shown, strict=True):
        begin, end = short.split("…")
        assert name.startswith(begin)
        assert name.endswith(end)


@given(st.text(), st.integers(1, 20))
def test_a_text_without_its_middle_fits(text, width):
    cut = _cut(text, width)
    assert cell_len(cut) <= width
    assert cut == text or "…" in cut


def test_an_error_is_no_longer_than_can_be_read(capsys):
    print_error(f"mine.csv: {'x' * 100_000}; write less")
    err = capsys.readouterr().err
    assert len(err) < 5_000
    assert err.startswith("judge: mine.csv: x")
    assert err.endswith("x; write less\n")
