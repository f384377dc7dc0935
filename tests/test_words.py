"""Words that the field's own replaced stand nowhere, but where old files are read."""

from pathlib import Path

import pytest
import words

ROOT = Path(__file__).parent.parent


def places(folder, name, text):
    """What is found in a tree of one file, with lines."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    terms = [
        words.Term("verdicts?", "names", "comparisons", ()),
        words.Term("by lot", "prose", "at random", ("icpc/old.py",)),
    ]
    return {(place.text, place.line) for place in words.find_places(folder, terms)}


@pytest.mark.slow
def test_no_replaced_word_is_left():
    left = [str(place) for place in words.find_places(ROOT, words.read_terms())]
    assert not left, "\n".join([f"{len(left)} places", *left])


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("a.py", "one = 1\nread_verdicts = one.verdict", {("read_verdicts", 2), ("verdict", 2)}),
        ("a.py", "class OldVerdicts:\n    pass", {("OldVerdicts", 1)}),
        ("a.py", 'row["verdicts"]', {("verdicts", 1)}),
        ("a.py", "split()  # by lot", {("by lot", 1)}),
        ("a.py", '"""One.\n\nTwo, by\nlot."""', {("One. Two, by lot.", 3)}),
        ("a.py", 'print(f"{one} by lot")', {("by lot", 1)}),
        ("a.py", '"a verdict that is prose"\nplot_by_lot = 1', set()),
        ("a.js", "// By lot\nlet x = `${verdict}`", {("// By lot", 1), ("verdict", 2)}),
        ("a.html", "<p>\nby lot", {("<p> by lot", 2)}),
        ("a.md", "Here\n`verdicts` is code.", {("verdicts", 2)}),
        ("a.py", 'RENAMED = {"verdicts": "comparisons"}\nrow["verdicts"]', {("verdicts", 2)}),
        ("a.py", 'def fit_on_disk():\n    return "verdicts"', set()),
        ("old.py", '"by lot"', set()),
    ],
)
def test_words_are_found_where_they_count(tmp_path, name, text, found):
    assert places(tmp_path, f"icpc/{name}", text) == found


@pytest.mark.parametrize("name", ["CHANGELOG.md", "tests/data/a.md", "plots/vendor/a.js"])
def test_old_names_and_the_files_of_others_are_not_read(tmp_path, name):
    assert not places(tmp_path, name, "by lot")
