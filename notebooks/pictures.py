"""Draw every picture that the README shows: ``python notebooks/pictures.py [NAME...]``.

Conventions
-----------
A picture is a file of ``notebooks/figures``, named with its kind: figures are SVG, the report is
photographed as PNG by Chromium, through Playwright, and needs ``pip install 'judge[dev]'``. Equal
versions of matplotlib draw equal bytes.
"""

import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from icpc.competition.competitions import load_competition
from icpc.page.figures import draw_figures
from icpc.study.study import Study
from icpc.workflows.panel import open_panel
from icpc.workflows.rankings import rank
from icpc.workflows.results import published_figure_hit_rate, report
from icpc.workflows.settings import Source
from plots.panel import draw_severities
from plots.style import render_figure
from ranking.files.atomic import write_bytes

FOLDER = Path(__file__).parent / "figures"
CHROMIUM = "/usr/bin/chromium"
WIDTH, HEIGHT = 1200, 820  # of the report's picture, in pixels


@cache
def study_of(name: str) -> Study:
    """A bundled competition, ranked as usual."""
    return rank(load_competition(name))


@cache
def figures_of(name: str) -> dict[str, bytes]:
    """Every figure of a bundled competition, as SVG."""
    return {figure: render_figure(drawn, "svg") for figure, drawn in draw_figures(study_of(name))}


def published() -> bytes:
    """The paper's Figure 2 with the null band of random judges, as SVG."""
    return render_figure(published_figure_hit_rate("icpc2015").figure(), "svg")


def severities() -> bytes:
    """How severe the jurors of the first stage of 2025 were, as SVG."""
    jurors = open_panel(Source(competition="icpc2025"))["jurors"].table
    return render_figure(draw_severities(jurors).figure.figure, "svg")


def photographed() -> bytes:
    """The top of the report on 2015, as PNG."""
    from playwright.sync_api import sync_playwright

    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        command = "judge report --competition icpc2015"
        written = report(study_of("icpc2015"), Path(folder) / "run", command=command)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
        page.goto(written.as_uri())
        page.wait_for_load_state("networkidle")
        picture = page.screenshot()
        browser.close()
    return picture


PICTURES: dict[str, Callable[[], bytes]] = {
    "figure2-with-band.svg": published,
    "icpc2015-hitrate.svg": lambda: figures_of("icpc2015")["hitrate"],
    "icpc2015-order-flips.svg": lambda: figures_of("icpc2015")["order-flips"],
    "icpc2015-methods.svg": lambda: figures_of("icpc2015")["methods"],
    "icpc2025-head-to-head.svg": lambda: figures_of("icpc2025")["head-to-head"],
    "icpc2025-rounds.svg": lambda: figures_of("icpc2025")["rounds"],
    "icpc2025-upsets.svg": lambda: figures_of("icpc2025")["upsets"],
    "icpc2025-severities.svg": severities,
    "report.png": photographed,
}

if __name__ == "__main__":
    for picture in sys.argv[1:] or PICTURES:
        write_bytes(PICTURES[picture](), FOLDER / picture)
        print(FOLDER / picture)
