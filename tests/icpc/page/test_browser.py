"""Reports in a browser: they open, answer, ask for nothing, and everyone can use them."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from barriers import violations
from pages import ROUNDS, all_seen, choose, everyone, made, roster_with_results, seen, until

from icpc.competition.competitions import Competition
from icpc.study.comparisons import Comparisons, comparisons_from_votes
from icpc.study.hit_rate import study_hit_rate_curve
from icpc.study.settings import Settings
from icpc.study.study import run_study
from plots.style import DARK, LIGHT
from ranking.consistency.transitivity import find_long_cycle_per_component
from ranking.files.table_writer import to_csv

SHADES = """(() => {  // of the cells, as #rrggbb
  const shown = document.querySelector('#matrix-figure canvas');
  const copy = Object.assign(document.createElement('canvas'), { width: 300, height: 300 });
  const context = copy.getContext('2d', { willReadFrequently: true });
  context.drawImage(shown, 0, 0);
  const hex = (part) => part.toString(16).padStart(2, '0');
  const { data } = context.getImageData(0, 0, 300, 300);
  const found = new Set();
  for (let at = 0; at < data.length; at += 4) {
    found.add('#' + [...data.slice(at, at + 3)].map(hex).join(''));
  }
  return [...found];
})()"""
NASTY = (
    "<script>alert(1)</script>",
    '=HYPERLINK("http://example.org")',
    "דניאל לוי",
    "🎹 Zoë 🎶",
    "'\"><img src=x onerror=alert(2)>",
    "{{ 7 * 7 }} ${7 * 7} &lt;b&gt;",
)


@pytest.fixture(scope="module")
def nasty(folder):
    """Names that are markup, formulas, right to left, or pictures; and addresses that are code."""
    reached = ["final", "second", "first"] * 2
    roster = roster_with_results([f"{name} id" for name in NASTY], list(NASTY), reached)
    roster["recording"] = "javascript:alert(3)"
    roster["country"] = "<b>XX</b>"
    competition = Competition("nasty", "<h1>Nasty</h1>", ROUNDS, roster, Path(__file__))
    table = everyone(list(roster["candidate"]), np.linspace(1, -1, len(NASTY)))
    judged = run_study(competition, Comparisons(table, "<i>comparisons</i>"), Settings())
    return made(folder, "nasty", judged)


@pytest.fixture(scope="module")
def ordered(folder):
    """By a method that has an order only: nobody has an interval."""
    ids = [f"p{at}" for at in range(6)]
    roster = roster_with_results(ids, ids, ["final", "second", "first"] * 2)
    competition = Competition("ordered", "Ordered", ROUNDS, roster, Path(__file__))
    judged = run_study(competition, Comparisons(everyone(ids, np.arange(6)), "six"), Settings())
    ranges = dict.fromkeys(["rank_low", "rank_high", "strength_low", "strength_high"], np.nan)
    return made(folder, "ordered", replace(judged, ranking=judged.ranking.assign(**ranges)))


@pytest.fixture(scope="module")
def folded(folder):
    """By rankers fitted in folds, which have neither intervals nor a null band."""
    ids = [f"p{at}" for at in range(6)]
    roster = roster_with_results(ids, ids, ["final", "second", "first"] * 2)
    competition = Competition("folded", "Folded", ROUNDS, roster, Path(__file__))
    fold = {one: at % 3 for at, one in enumerate(ids)}
    comparisons = Comparisons(
        everyone(ids, np.arange(6)), "six", provenance={"fit": {"fold": fold}}
    )
    return made(folder, "folded", run_study(competition, comparisons, Settings()))


@pytest.fixture(scope="module")
def voted(folder):
    """Votes on four windows of eight recitals that are on the web."""
    rng = np.random.default_rng(5)
    ids = [f"p{at}" for at in range(8)]
    address = "https://www.youtube.com/watch?v=abc"
    roster = roster_with_results(ids, ids, ["final"] * 2 + ["second"] * 2 + ["first"] * 4, address)
    pairs = [(a, b, at) for a in range(8) for b in range(8) if a != b for at in range(4)]
    votes = pd.DataFrame(
        {
            "first": [ids[a] for a, _, _ in pairs],
            "second": [ids[b] for _, b, _ in pairs],
            "first_window": [at for _, _, at in pairs],
            "second_window": [at for _, _, at in pairs],
            "p_first": [0.5 + (b - a) / 20 + rng.uniform(-0.14, 0.14) for a, b, _ in pairs],
        }
    )
    competition = Competition("voted", "Voted", ROUNDS, roster, Path(__file__))
    return made(
        folder,
        "voted",
        run_study(competition, comparisons_from_votes(votes, "majority"), Settings()),
    )


@pytest.mark.parametrize(
    "name",
    [
        "page2015",
        pytest.param("page2025", marks=pytest.mark.slow),
        pytest.param("nasty", marks=pytest.mark.slow),
        pytest.param("voted", marks=pytest.mark.slow),
        pytest.param("thousand", marks=pytest.mark.slow),
    ],
)
def test_a_report_opens_without_error_or_request_and_draws_everything(visit, request, name):
    page = visit(request.getfixturevalue(name))
    all_seen(page)
    assert page.locator("main:visible").count() == 1
    drawn = page.evaluate(
        "document.querySelector('#matrix-figure canvas').getContext('2d')"
        ".getImageData(150, 10, 200, 200).data.some((part) => part > 0)"
    )
    assert drawn


def test_the_page_of_2015_is_small(page2015):
    assert page2015.stat().st_size < 6e6


def column(page, number):
    rows = "#leaderboard-table tbody tr:not(.unranked)"
    return page.locator(f"{rows} > :nth-child({number})").all_inner_texts()


def header(page, name):
    return page.locator("#leaderboard-table").get_by_role("columnheader", name=name)


def wait_for_order(page, name, direction):
    """Wait until the table says that it is sorted so."""
    page.locator(f"#leaderboard-table th[aria-sort={direction}]", has_text=name).wait_for()


def test_the_leaderboard_sorts_by_mouse_and_keyboard(visit, page2015, study2015):
    page = visit(page2015)
    assert column(page, 3)[:2] == ["Tian Lu", "Aleksandr Maltsev"]
    header(page, "Candidate").click()
    wait_for_order(page, "Candidate", "ascending")
    names = column(page, 3)
    assert names[-1] == "Zuzanna Pietrzak"
    assert names[names.index("Łukasz Piotr Byrdy") + 1].startswith("M")
    header(page, "Rate").click()
    wait_for_order(page, "Rate", "descending")
    rates = [float(text) for text in column(page, 7)]
    assert rates == sorted(rates, reverse=True)
    assert len(rates) == 113
    header(page, "Wins / of").get_by_role("button").focus()
    for direction in ("descending", "ascending"):
        page.keyboard.press("Enter")
        wait_for_order(page, "Wins", direction)
    wins = [float(text.partition("/")[0]) for text in column(page, 6)]
    assert wins == sorted(study2015.ranking["wins"])


def test_the_leaderboard_is_searched_without_regard_to_accents(visit, page2015):
    page = visit(page2015)
    for word in ("michal szymanowski", "Michał Szymanowski", "SZYMANOWSKI"):
        page.get_by_role("searchbox").fill(word)
        assert column(page, 3) == ["Michał Szymanowski"]
    page.get_by_role("searchbox").fill("nobody at all")
    assert "Nobody found" in page.locator("#leaderboard-table tbody").inner_text()


@pytest.mark.slow
def test_who_is_not_ranked_is_found_with_the_reason(visit, page2015):
    page = visit(page2015)
    unranked = page.locator("#leaderboard-table tr.unranked")
    assert unranked.count() == 165 - 113
    for word, found in (
        ("seong-jin cho", "Seong-Jin Cho\nwas not compared"),
        ("ERIC LU", "Eric Lu\npassed without playing"),
    ):
        page.get_by_role("searchbox").fill(word)
        assert column(page, 3) == []
        assert unranked.locator("th").all_inner_texts() == [found]


@pytest.mark.slow
def test_pointing_at_a_candidate_names_them(visit, page2015, study2015):
    page = visit(page2015)
    chart = seen(page, "#hitrate-chart")
    dot = chart.locator("[data-mark=dot] > *").first
    box = dot.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    readout = chart.locator("output")
    until(page, "document.querySelector('#hitrate-chart output').textContent.includes('Tian')")
    row = study_hit_rate_curve(study2015.with_titles).curve.iloc[0]
    assert readout.inner_text().startswith(
        f"Tian Lu, reached {row['reached']}: of the {row['k']} at"
    )
    assert "Tian Lu" in chart.locator("svg").text_content()


@pytest.mark.slow
def test_without_a_null_band_the_curve_is_drawn(visit, folded):
    page = visit(folded)
    seen(page, "#hitrate-chart")
    until(page, "document.querySelectorAll('#hitrate-chart [data-mark=dot] > *').length === 6")
    assert "null band" not in page.locator("[data-legend=hitrate]").inner_text()
    assert "There is no null band" in page.locator(".curve:visible").inner_text()


@pytest.mark.slow
def test_charts_are_stepped_through_by_keyboard(visit, page2015, study2015):
    page = visit(page2015)
    slider = seen(page, "#strengths-chart input")
    page.locator("#strengths-chart svg").wait_for()
    slider.focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    third = study2015.results.loc[study2015.ranking["candidate"][2], "name"]
    assert page.locator("#strengths-chart output").inner_text().startswith(f"{third}, rank ")
    assert slider.get_attribute("aria-valuetext").startswith(third)
    assert page.locator("#strengths-chart .marked").count() == 1


@pytest.mark.slow
def test_the_counting_switches(visit, page2015):
    page = visit(page2015)
    chart = seen(page, "#hitrate-chart")
    shown = page.locator(".curve:visible")
    assert "AUC 0.575" in shown.inner_text()
    choose(page, "the paper's counting")
    assert "AUC 0.793" in shown.inner_text()
    assert "comparisons won, at least" in chart.locator("svg").text_content()
    choose(page, "the paper's Figure 2")
    assert chart.locator("[data-mark=dot] > *").count() == 137
    assert "prelim" in page.locator("[data-legend=hitrate]").inner_text()


def test_a_candidate_page_holds_every_comparison_and_leads_back(visit, page2015, study2015):
    page = visit(page2015)
    page.locator("#leaderboard-table a", has_text="Szymon Nehring").click()
    single = page.locator("#candidate")
    assert single.get_by_role("heading", level=1).inner_text() == "Szymon Nehring"
    assert page.title().startswith("Szymon Nehring")
    assert page.evaluate("document.activeElement.id") == "candidate"
    tally = study2015.tally
    at = tally.candidates.get_loc("szymon-nehring")
    pair_counts = tally.pair_counts[at]
    rows = single.locator("#opponents tbody tr")
    assert rows.count() == (pair_counts > 0).sum()
    row = rows.filter(has_text="Aleksandr Maltsev")
    other = tally.candidates.get_loc("aleksandr-maltsev")
    won, all_ = tally.wins[at, other], pair_counts[other]
    assert f"{won:g} of {all_:g}" in row.inner_text()
    result = {0: "lost", 1: "won"}[int(tally.first_wins[at, other])]
    assert row.locator("td").nth(3).inner_text() == result
    recording = study2015.results.loc["szymon-nehring", "recording"]
    assert single.get_by_role("link", name="recording").get_attribute("href") == recording
    page.get_by_role("link", name="All candidates").click()
    assert single.is_hidden()
    assert page.locator("#main").is_visible()


@pytest.mark.slow
def test_an_address_opens_a_candidate_and_steps_to_the_next(visit, page2025, study2025):
    first, second = study2025.ranking["candidate"][:2]
    names = study2025.results["name"]
    page = visit(page2025, f"#/candidate/{first}")
    heading = page.locator("#candidate h1")
    assert heading.inner_text() == names[first]
    assert page.locator("#opponents thead th").count() == 4  # marks have no order
    page.locator("#candidate a[rel=next]").click()
    assert heading.inner_text() == names[second]


@pytest.mark.slow
def test_windows_link_to_the_minute_of_the_recording(visit, voted):
    page = visit(voted, "#/candidate/p0")
    address = "https://www.youtube.com/watch?v=abc"
    rows = page.locator("#candidate tr:has(a.outside)")
    links = {
        row.locator("td").nth(2).inner_text(): row.locator("a").get_attribute("href")
        for row in rows.all()
    }
    by_minute = [link.get_attribute("href") for link in rows.locator("a").all()]
    assert by_minute == [address, *(f"{address}&t={minute * 60}s" for minute in (5, 10, 15))]
    named = [link.get_attribute("href") for link in page.locator("#candidate dl a").all()]
    assert named == [links["best"], links["worst"], address]
    assert re.search(r"(won|lost), \d of 4 votes", page.locator("#opponents").inner_text())


@pytest.mark.slow
def test_a_cell_of_the_matrix_says_who_won(visit, page2015, study2015):
    page = visit(page2015)
    order = list(study2015.ranking["candidate"])
    tally, names = study2015.tally, study2015.results["name"]
    one, other = order[0], order[5]
    seen(page, "#matrix-row").select_option("0")
    page.locator("#matrix-column").select_option("5")
    i, j = (tally.candidates.get_loc(candidate) for candidate in (one, other))
    readout = page.locator("#matrix-readout").inner_text()
    assert readout.startswith(f"{names[one]} (rank 1")
    assert f"against {names[other]}" in readout
    assert f"won {tally.wins[i, j]:g} of {tally.pair_counts[i, j]:g}" in readout
    choose(page, "by rank")
    canvas = seen(page, "#matrix-figure canvas")
    box = canvas.bounding_box()
    cell = box["height"] / 113
    beside = box["width"] - box["height"]
    page.mouse.move(box["x"] + beside + 5.5 * cell, box["y"] + 0.5 * cell)
    assert page.locator("#matrix-readout").inner_text() == readout


@pytest.mark.slow
def test_cells_have_the_colours_of_the_style(visit, page2025, study2025):
    """By rank, the winner's row is blue and the column orange, in the shade of the share."""
    page = visit(page2025)
    choose(page, "by rank")
    seen(page, "#matrix-figure canvas")
    order = study2025.tally.candidates.get_indexer(study2025.ranking["candidate"])
    last, n = order[-1], len(order)
    share = study2025.tally.wins[order[0], last] / study2025.tally.pair_counts[order[0], last]
    until(page, "document.querySelector('#matrix-figure canvas').height > 300")
    pixel = page.evaluate(
        "(n) => { const canvas = document.querySelector('#matrix-figure canvas'); const at = "
        "canvas.height / n; return [...canvas.getContext('2d').getImageData("
        "canvas.width - at / 2, at / 2, 1, 1).data]; }",
        n,
    )
    even, won = (
        np.array([int(one[at : at + 2], 16) for at in (1, 3, 5)]) for one in (LIGHT.even, LIGHT.won)
    )
    expected = even + (won - even) * (2 * share - 1)
    np.testing.assert_allclose(pixel[:3], expected, atol=4)


@pytest.mark.slow
def test_the_key_of_the_cells_follows_what_they_show(visit, voted):
    page = visit(voted)
    key = page.locator("[data-cells]:visible")
    assert key.all_inner_texts() == ["the row won\neven\nthe column won"]
    choose(page, "pairs decided by their order: the bluer, the more the order mattered")
    assert key.inner_text().startswith("the same won in both orders")


@pytest.mark.slow
def test_without_intervals_none_are_shown(visit, ordered):
    page = visit(ordered, "#/candidate/p5")
    page.locator("#candidate").get_by_text("1 of 6").wait_for()
    texts = [page.locator("#candidate").inner_text()]
    page = visit(ordered)
    seen(page, "#strengths-chart input")
    page.locator("#strengths-chart svg").wait_for()
    texts += [page.locator("#strengths-chart output").inner_text(), page.inner_text("main")]
    for text in texts:
        assert not re.search("null(?! band)|nan|undefined", text, re.IGNORECASE)


def test_cycles_are_named(visit, page2015, study2015):
    rank = study2015.ranking.set_index("candidate")["rank"]
    (cycle,) = find_long_cycle_per_component(study2015.tally, rank)
    text = visit(page2015).locator(".cycles").inner_text()
    for candidate in cycle.candidates:
        assert study2015.results.loc[candidate, "name"] in text


@pytest.mark.slow
def test_tables_can_be_taken_out_of_the_page(visit, page2015, study2015, tmp_path):
    page = visit(page2015)
    for name, table in (
        ("ranking.csv", study2015.ranking),
        ("comparisons.csv", study2015.comparisons.table),
    ):
        with page.expect_download() as waited:
            page.get_by_role("button", name=name).click()
        waited.value.save_as(tmp_path / name)
        assert waited.value.suggested_filename == name
        assert (tmp_path / name).read_text(encoding="utf-8") == to_csv(table)


@pytest.mark.slow
def test_names_are_shown_as_text_everywhere(visit, nasty):
    page = visit(nasty)
    all_seen(page)
    assert sorted(column(page, 3)) == sorted(NASTY)
    assert page.locator("main img, main h1, main b, main script").count() == 0
    assert page.locator("h1").first.inner_text() == "<h1>Nasty</h1>"
    page.get_by_role("searchbox").fill("HYPERLINK")
    assert column(page, 3) == [NASTY[1]]
    page.get_by_role("searchbox").fill("")
    for name in NASTY:
        page.locator("#leaderboard-table a", has_text=name).click()
        assert page.locator("#candidate h1").inner_text() == name
        assert page.locator("#candidate a.outside").count() == 0
        assert "javascript:alert(3)" in page.locator("#candidate dl").inner_text()
        assert set(NASTY) - {name} == set(page.locator("#opponents tbody th").all_inner_texts())
        page.get_by_role("link", name="All candidates").click()


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_barrier_is_found_on_the_page_or_a_candidates(visit, page2015, voted, scheme):
    page = visit(page2015, scheme=scheme)
    all_seen(page)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert violations(page) == []
    assert violations(visit(voted, "#/candidate/p0", scheme=scheme)) == []


@pytest.mark.slow
def test_nothing_sticks_out_at_any_width(visit, page2015, voted):
    overview = visit(page2015)
    all_seen(overview)
    for page in (overview, visit(voted, "#/candidate/p1")):
        for width in (1400, 800, 360):
            page.set_viewport_size({"width": width, "height": 800})
            until(page, f"document.documentElement.scrollWidth <= {width}")


@pytest.mark.slow
def test_a_thousand_are_searched_sorted_and_opened(visit, thousand):
    page = visit(thousand)
    assert page.locator("#leaderboard-table tbody tr").count() == 1000
    page.get_by_role("searchbox").fill("Candidate c0042")
    assert column(page, 3) == ["Candidate c0042"]
    page.locator("#leaderboard-table a", has_text="c0042").click()
    assert page.locator("#candidate h1").inner_text() == "Candidate c0042"
    assert page.locator("#opponents tbody tr").count() in range(12, 25)


def test_paper_does_not_wait_for_the_matrix(visit, page2015):
    """The browser takes the page as it is when the event returns."""
    page = visit(page2015)
    shades = page.evaluate(f"(dispatchEvent(new Event('beforeprint')), {SHADES})")
    assert LIGHT.won in shades


@pytest.mark.slow
def test_paper_has_everything_and_no_controls(visit, page2015):
    page = visit(page2015, scheme="dark")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print", color_scheme="dark")
    until(page, "document.querySelectorAll('.chart svg').length === 2")
    assert page.locator("nav").is_hidden()
    assert page.locator("#leaderboard-table tbody tr").last.is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    until(page, f"{SHADES}.includes('{LIGHT.won}')")
    assert DARK.won not in page.evaluate(SHADES)
