"""The page of results: controls first, then tables and figures; for everyone, at any width."""

import re
from dataclasses import replace

import pytest
from barriers import violations
from probe_results import write_result

from icpc.experiments.figures import CONFUSION
from icpc.experiments.page import results_page
from icpc.experiments.results_file import open_results
from ranking.errors import RunError

ADVICE = "Train controls, too."


def page_of(path, drawn=False):
    """The page of a file, without what takes long to draw if that is not asked for."""
    own = open_results(path)
    figures = [one for one in own.figures if drawn or one.kind == CONFUSION]
    return results_page(replace(own, figures=figures), "judge results results.jsonl", ADVICE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("results")


@pytest.fixture(scope="module")
def text(folder):
    for encoder, right in (("spectrogram", 0.7), ("dac", 0.95), ("controls", 0.6)):
        path = write_result(folder, encoder, right)
    return page_of(path)


@pytest.fixture(scope="module")
def page(folder, text):
    """With all figures."""
    assert text
    path = folder / "page.html"
    path.write_text(page_of(folder / "results.jsonl", drawn=True), encoding="utf-8")
    return path


def shown(text):
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", text)).replace("\u00a0", " ")


def test_it_says_first_what_controls_explain(text):
    words = shown(text)
    first = words.index("In 1 of 2 results controls such as length")
    assert first < words.index("What was tested")
    bold = re.findall("<strong>(.*?)</strong>", text)
    assert len(bold) == 1
    assert "controls explain as much as spectrogram." in bold[0]
    assert "dac is above controls." in words
    assert ADVICE not in words


def test_it_has_our_rows_beside_the_papers(text):
    words = shown(text)
    assert "spectrogram paper 67.21" in words
    assert "spectrogram ours 70.00 (53.6 to 86.4)" in words
    assert "Table 3: technique-7: the paper's alone" in words
    assert words.count("confusion on test") == 3
    assert "1-3 4-6 7-9 1-3 " in words  # columns, then the first row
    assert "Left out: no run of a competition was named." in words
    assert "NaN" not in words
    assert "nan" not in words.split()


def test_without_controls_it_says_how_to_find_out(tmp_path):
    path = write_result(tmp_path, "<b>own</b>", 0.9)
    for end in ("history", "predictions"):
        for one in tmp_path.glob(f"*.{end}.csv"):
            one.unlink()
    text = page_of(path)
    words = shown(text)
    assert "In 1 of 1 result it is not known whether controls" in words
    assert ADVICE in words
    assert "<b>own" not in text
    assert "Left out: histories of training of 1 of the tests" in words
    assert "Left out: no predictions lie beside the results." in words


def test_it_asks_for_nothing_and_runs_nothing(text):
    assert "script-src 'none'" in text.replace("&#39;", "'")
    assert "<script" not in text
    assert not re.findall(r"(?:src|href|srcset)=[\"']?(?:https?:)?//", text)


@pytest.mark.slow
def test_equal_files_give_an_equal_page(folder, page):
    assert page_of(folder / "results.jsonl", drawn=True) == page.read_text(encoding="utf-8")


def test_a_run_that_is_none_is_refused(folder, text):
    assert text
    with pytest.raises(RunError, match="none"):
        open_results(folder / "results.jsonl", [folder / "none"])


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everyone_can_use_it(visit, page, scheme):
    opened = visit(page, scheme=scheme)
    for summary in opened.locator("details > summary").all():
        summary.click()
    loaded = opened.evaluate("[...document.images].every((one) => one.naturalWidth > 300)")
    assert loaded
    assert violations(opened) == []
    for width in (1400, 800, 360):
        opened.set_viewport_size({"width": width, "height": 800})
        assert opened.evaluate("document.documentElement.scrollWidth") <= width
