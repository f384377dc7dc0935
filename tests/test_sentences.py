"""The page of all sentences has what the program prints, with the test that prints it."""

import re

import pytest
import sentences
from typer.testing import CliRunner

from icpc.cli import app
from ranking.errors import RosterError
from ranking.progress import Progress

SOURCE = '''
"""A docstring is not printed."""


class Roster:
    name: str
    """Nor is what documents an attribute."""


def read(line, name):
    if not name:
        raise ValueError("only programmers see this")
    return f"line {line}: {name} is no candidate, though {'one may well think so'}" + "id"
'''


@pytest.fixture
def root(tmp_path):
    (tmp_path / "icpc").mkdir()
    (tmp_path / "icpc" / "roster.py").write_text(SOURCE)
    return tmp_path


def test_sentences_are_strings_of_several_words_with_gaps(root):
    assert [one.text for one in sentences.templates(root)] == [
        "line {…}: {…} is no candidate, though {…}",
        "one may well think so",
    ]


def test_the_page_shows_a_sentence_as_printed_and_what_no_test_prints(root):
    cases = {"line 3: ann is no candidate, though she plays": "tests/test_a.py::test_b"}
    page = sentences.page(sentences.templates(root), cases)
    printed, unprinted = re.split("## Printed by no test: 1|## Help", page)[:2]
    assert "## icpc/roster.py\n\n- line 3: ann is no candidate, though she plays\n" in printed
    assert "(tests/test_a.py::test_b)" in printed
    assert unprinted.strip() == "- icpc/roster.py:13: one may well think so"


def test_errors_remarks_findings_and_progress_are_recorded_with_the_test_that_ran(root):
    roster, comparisons = root / "roster.csv", root / "comparisons.csv"
    roster.write_text("candidate,score\nann,1\nbob,0\ncyd,0\n")
    comparisons.write_text("first,second,winner\nann,bob,ann\nbob,cyd,tie\ncyd,ann,cyd\n")
    given = ["check", "--verbose", "--roster", str(roster), "--comparisons", str(comparisons)]
    with sentences.Recorder() as recorder:
        CliRunner().invoke(app, given)
        CliRunner().invoke(app, ["rank", "--competition", "icpc2016"])
        Progress().start("reading the test")
    RosterError("roster.csv", "raised when nothing is recorded", "nothing")
    text = "\n".join(recorder.cases)
    for sentence in (
        "icpc2016",
        "pair accuracy:",
        "take 3 candidates as the sample",
        "reading the test",
    ):
        assert sentence in text
    assert "nothing is recorded" not in text
    assert all("test_errors_remarks_findings" in case for case in recorder.cases.values())


def test_every_command_prints_help():
    cases = {case for _, case in sentences.help_texts()}
    assert {"judge --help", "judge rank --help", "judge train expertise --help"} <= cases


def test_texts_of_a_page_are_its_paragraphs_not_its_data():
    blocks = sentences.Blocks()
    blocks.feed(
        "<p>Who <b>beat</b> whom</p><script>let a</script>"
        "<table><tbody><tr><th>Ann</th></tr></tbody></table>"
    )
    assert [text for _, text in blocks.texts if text] == ["Who beat whom"]


def test_sentences_of_the_page_and_its_scripts_are_read_too():
    page = "<p>Of {{ n }} pairs{% if all %} every one{% else %} not one{% endif %}</p>"
    script = "// says who won\nlabel = `won ${n} of all`;"
    assert [text for _, text in sentences.of_page(page)] == [
        "Of {…} pairs",
        " every one",
        " not one",
        "",
    ]
    assert list(sentences.of_script(script)) == [(2, "won {…} of all")]
