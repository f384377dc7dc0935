"""Pages in a browser: Debian's Chromium, headless.

Where it is missing these tests are skipped, but not in CI.
"""

import os
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pages import ROUNDS, made, roster_with_results

from icpc.competition.competitions import Competition
from icpc.competition.roster import roster_of
from icpc.findings import kept
from icpc.findings.checks import FINDERS, check_study
from icpc.study import intervals, study
from icpc.study.comparisons import Comparisons, load_comparisons
from icpc.study.settings import Settings
from icpc.study.study import run_study
from ranking.evaluation.null_model import random_judge_strengths
from ranking.uncertainty.rank_intervals import Intervals
from ranking.uncertainty.units import Uncertainty

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
UNFOLD = "document.querySelectorAll('details.fold').forEach((fold) => { fold.open = true; })"


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    if not CHROMIUM.exists():
        missing = f"{CHROMIUM} is missing: apt-get install chromium"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            tmp_path_factory.mktemp("profile"),
            executable_path=CHROMIUM,
            args=list(FLAGS),
            headless=True,
            viewport={"width": 1200, "height": 900},
        )
        context.set_default_timeout(30_000)
        yield context
        context.close()


@pytest.fixture
def visit(browser):
    """Open pages, their sections unfolded, that must neither complain nor ask for anything."""
    opened, complaints, asked = [], [], []

    def open_page(path, address="", scheme="light", folded=False):
        page = browser.new_page()
        opened.append(page)
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: (complaints.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda request: asked.append(request.url))
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.goto(path.as_uri() + address)
        page.wait_for_selector("html[data-ready]", state="attached")
        if not folded:
            page.evaluate(UNFOLD)
        return page

    yield open_page
    for page in opened:
        page.close()
    assert complaints == []
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    assert len({url for url in asked if url.startswith("file:")}) <= len(opened)


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("reports")


@pytest.fixture(scope="session")
def page2015(folder, study2015):
    return made(folder, "icpc2015", study2015)


@pytest.fixture(scope="session")
def page2025(folder, study2025):
    return made(folder, "icpc2025", study2025)


@pytest.fixture(scope="session")
def thousand(folder, study2015):
    """A thousand candidates, each compared with a dozen; few random judges, to be quick."""
    n, comparisons = 1000, 12
    rng = np.random.default_rng(0)
    ids = np.array([f"c{at:04}" for at in range(n)])
    level = np.minimum(rng.geometric(0.5, n) - 1, 2)
    i = np.repeat(np.arange(n), comparisons)
    j = (i + np.tile(rng.choice(np.arange(1, n), comparisons, replace=False), n)) % n
    strength = rng.standard_normal(n) + level
    won = rng.random(len(i)) < 1 / (1 + np.exp(strength[j] - strength[i]))
    table = pd.DataFrame(
        {"first": ids[i], "second": ids[j], "winner": np.where(won, ids[i], ids[j])}
    )
    roster = roster_with_results(
        ids, [f"Candidate {one}" for one in ids], [ROUNDS[at] for at in level]
    )
    competition = Competition("thousand", "A thousand", ROUNDS, roster, Path(__file__))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(study, "random_judge_strengths", partial(random_judge_strengths, draws=10))
        patch.setattr(intervals, "estimate_intervals", lambda ranking, *_, **__: _wide(ranking))
        patch.setattr(kept, "check_study", lambda _: check_study(study2015, FINDERS[:3]))
        judged = run_study(
            competition, Comparisons(table.assign(votes=1, windows=1), "comparisons"), Settings()
        )
        return made(folder, "thousand", judged)


def _wide(ranking):
    low, high = ranking["strength"] - 1, ranking["strength"] + 1
    ranks = {"rank_low": 1, "rank_high": len(ranking)}
    wide = ranking.assign(strength_low=low, strength_high=high, **ranks)
    return Intervals(wide, Uncertainty("candidate", len(ranking)))


def panel_of_twelve(folder):
    """Marks of twelve by five jurors, in a file without a roster."""
    rng = np.random.default_rng(3)
    names = [f"Candidate {letter}" for letter in "ABCDEFGHIJKL"]
    marks = np.linspace(20, 14, 12)[:, None] + rng.normal(0, 1.5, (12, 5))
    path = folder / "spring-prize.csv"
    table = pd.DataFrame(marks.round(1), names, [f"Juror {at}" for at in range(1, 6)])
    table.to_csv(path, index_label="candidate")
    none = Competition("spring-prize", "spring-prize", (), roster_of([]), path)
    comparisons = load_comparisons(none, marks_file=path)
    return run_study(none.of_candidates(names), comparisons, Settings())


@pytest.fixture(scope="session")
def panel(tmp_path_factory):
    return panel_of_twelve(tmp_path_factory.mktemp("panel"))


@pytest.fixture(scope="session")
def demo():
    """As the demonstration's: eight players, compared by a ranker."""
    ids = [f"player-{at}" for at in range(1, 9)]
    pairs = [(a, b) for a in ids for b in ids if a != b]
    table = pd.DataFrame(pairs, columns=["first", "second"])
    table = table.assign(winner=table[["first", "second"]].min(axis=1), votes=1, windows=1)
    roster = roster_of(ids).assign(score=np.arange(8.0)[::-1])
    title = "Eight players of known skill"
    competition = Competition("demo", title, (), roster, Path(__file__))
    provenance = {"ranker": {"sha256": "0" * 64}}
    return run_study(competition, Comparisons(table, "56", provenance=provenance), Settings())


@pytest.fixture(scope="session")
def panel_page(folder, panel):
    return made(folder, "panel", panel)


@pytest.fixture(scope="session")
def demo_page(folder, demo):
    return made(folder, "demo", demo)
