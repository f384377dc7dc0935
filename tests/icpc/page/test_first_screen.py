"""The first screen says who compared, who is first, and how that agrees with the result."""

from dataclasses import replace

import pandas as pd
import pytest

from icpc.findings.checks import check_study
from icpc.findings.finding import Findings
from icpc.findings.plain_names import plain_name
from icpc.page.first_screen import (
    page_title,
    plain_checks,
    plain_headline,
    probability_of_first,
    who_compared,
)
from icpc.page.page import report_page
from icpc.study.runs import run_record

NOTHING = Findings(())
HEIGHT = {1440: 900, 390: 844}


def test_who_compared_is_told_in_plain_words(study2015, study2025, panel, demo):
    assert who_compared(study2015) == "A computer listening to the preliminary recordings"
    assert who_compared(study2025) == "17 jurors, stage 1"
    assert who_compared(panel) == "5 jurors"
    assert who_compared(demo) == "A computer listening to recordings"
    own = replace(demo, comparisons=replace(demo.comparisons, provenance={}))
    assert who_compared(own) == "Your own comparisons"
    voted = replace(own, comparisons=replace(own.comparisons, votes=pd.DataFrame()))
    assert who_compared(voted) == "Your own ranker"


def test_rounds_of_a_run_are_those_of_its_source(study2025):
    of_run = replace(study2025, comparisons=replace(study2025.comparisons, rounds=()))
    assert who_compared(of_run) == "17 jurors, stage 1"


def test_who_made_published_comparisons_is_what_the_competition_says(study2015):
    named = replace(study2015.competition, who_compared="Two critics")
    assert who_compared(replace(study2015, competition=named)) == "Two critics"
    unnamed = replace(study2015.competition, who_compared="")
    assert who_compared(replace(study2015, competition=unnamed)) == "Published comparisons"


def test_the_title_is_no_name_of_a_file(panel, study2015):
    assert page_title(panel) == "12 candidates marked by 5 jurors"
    assert page_title(study2015) == study2015.competition.title


def test_the_probability_of_being_first_is_that_of_the_draws(panel):
    found = probability_of_first(panel)
    assert sum(found.values()) == pytest.approx(1)
    draws = panel.intervals.components[0].distribution
    first = panel.ranking["candidate"][0]
    assert found[first] == pytest.approx((draws.above_cut(1))[first])
    share = f"{100 * found[first]:.0f} %"
    headline = plain_headline(panel, NOTHING)
    assert headline.startswith(f"5 jurors: {first} is first of 12, with a probability of {share};")
    assert headline.endswith("; the result is not yet known.")


@pytest.mark.slow
def test_how_it_agrees_with_the_result(study2015, study2025, demo):
    assert plain_headline(study2015, check_study(study2015)).endswith(
        "; its agreement with the result cannot be told from chance."
    )
    marks = (
        "; these marks decided who passed into stage 2, so that the result says nothing of them."
    )
    assert plain_headline(study2025, check_study(study2025)).endswith(marks)
    found = check_study(demo)
    assert plain_headline(demo, found).endswith("; it agrees with the result better than chance.")
    assert [check["mark"] for check in plain_checks(demo, found)] == ["yes", "no", "yes"]


@pytest.mark.slow
def test_findings_have_plain_names(study2015):
    names = [plain_name(one) for one in check_study(study2015)]
    assert len(set(names)) == len(names)
    assert "The top of the ranking and who passed into stage 2" in names
    assert not {"F1", "Feedback arcs"} & set(names)


IN_SIGHT = """() => {
  const inside = (element) => {
    const box = element.getBoundingClientRect();
    return box.width > 0 && box.height > 0 && box.top >= 0 && box.left >= 0
      && box.bottom <= innerHeight && box.right <= innerWidth;
  };
  const names = [...document.querySelectorAll('#top-table tbody th')].slice(0, 5);
  return {
    headline: inside(document.getElementById('headline')),
    names: names.map((one) => inside(one) && one.innerText),
    picture: inside(document.querySelector('#picture svg')),
    marks: document.querySelectorAll('#picture [data-mark=dot] > *').length,
  };
}"""


@pytest.mark.slow
@pytest.mark.parametrize("width", HEIGHT)
@pytest.mark.parametrize("name", ["study2015", "study2025", "demo", "panel"])
def test_the_first_screen_holds_headline_names_and_picture(visit, request, tmp_path, name, width):
    study = request.getfixturevalue(name)
    path = tmp_path / f"{name}.html"
    path.write_text(report_page(study, run_record(study), "judge report"), encoding="utf-8")
    page = visit(path, folded=True)
    page.set_viewport_size({"width": width, "height": HEIGHT[width]})
    page.locator("#picture svg").wait_for()
    found = page.evaluate(IN_SIGHT)
    first = study.ranking["candidate"].map(study.results["name"]).head(5).tolist()
    assert who_compared(study) in page.locator("#headline").inner_text()
    assert (found["headline"], found["names"], found["picture"]) == (True, first, True)
    assert found["marks"] >= 5
    assert page.locator("details.fold[open]").count() == 0


@pytest.mark.slow
def test_an_address_opens_its_section_and_a_term_its_meaning(visit, tmp_path, panel):
    path = tmp_path / "panel.html"
    path.write_text(report_page(panel, run_record(panel), "judge report"), encoding="utf-8")
    page = visit(path, "#strengths", folded=True)
    page.locator("#strengths-chart svg").wait_for()
    page.get_by_role("link", name="All 12 candidates").click()
    page.locator("#leaderboard-table").wait_for()
    meaning = page.locator("#term-range")
    assert meaning.is_hidden()
    page.locator("#top-table .term").press("Enter")
    assert "not whether it is right" in meaning.inner_text()
    page.keyboard.press("Escape")
    assert meaning.is_hidden()


@pytest.mark.slow
def test_paper_has_every_section(visit, tmp_path, panel):
    path = tmp_path / "panel.html"
    path.write_text(report_page(panel, run_record(panel), "judge report"), encoding="utf-8")
    page = visit(path, folded=True)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details.fold:not([open])").count() == 0
    assert page.locator("#strengths-chart svg").count() == 1
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("details.fold[open]").count() == 0
