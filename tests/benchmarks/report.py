"""Time reports: to write them, and in a browser to answer, beside an empty page.

Run ``python tests/benchmarks/report.py``; ``--candidates 100`` for a shorter one. The bundled
competitions and a round robin of 1,000 are written with ``judge rank``, ``judge check`` and
``judge report``, each from the run of the one before, and opened in Debian's Chromium. *Page* is
what the page itself takes, once the run is read and ranked, and findings and hit-rates are kept.
*Kept* is what ``judge report`` takes of a run whose results are kept, divided by what it takes of
the same run without them, one after the other.
*Ready* is from asking for the page until tables sort and charts answer, *sorted* from a click on a
column of the unfolded ranking until the rows stand in order, *opened* from an address until the
page of a candidate stands there; medians in seconds.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

from engine import tournament
from playwright.sync_api import Page, sync_playwright

from icpc.page.page import report_page
from icpc.study.run_folder import KEPT
from icpc.study.runs import load_run, run_record
from ranking.files.atomic import write_text
from ranking.files.table_writer import to_csv

CHROMIUM = "/usr/bin/chromium"
ROW = "#leaderboard-table tbody tr"
RATE = "#leaderboard-table thead th.rate"
UNFOLD = "section:has(#leaderboard-table) > details > summary"


def seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def written(folder: Path, *options: object) -> tuple[list[float], Path]:
    """Seconds that rank, check and report take, and the page alone; kept ÷ afresh; the page."""
    run = ["--run", folder]
    calls = (["rank", *options, "--out", folder], ["check", *run], ["report", *run])
    program = [sys.executable, "-c", "from icpc.cli import app; app()"]
    times = []
    for call in calls:
        command = [*program, *map(str, call)]
        times.append(seconds(partial(subprocess.run, command, check=True, capture_output=True)))
    for kept in KEPT:
        (folder / kept).unlink(missing_ok=True)
    again = [*program, "report", "--run", str(folder)]
    afresh, kept_ones = (
        seconds(partial(subprocess.run, again, check=True, capture_output=True)) for _ in range(2)
    )
    study = load_run(folder)
    page = seconds(lambda: report_page(study, run_record(study), "judge report", folder))
    return [*times, page, kept_ones / afresh], folder / "report.html"


def round_robin(folder: Path, n: int) -> list[object]:
    """Options that make a report of a competition in which every pair was compared."""
    roster, comparisons = tournament(n)
    for table, stem in ((roster, "roster"), (comparisons, "comparisons")):
        write_text(to_csv(table), folder / f"{stem}.csv")
    return ["--roster", folder / "roster.csv", "--comparisons", folder / "comparisons.csv"]


def answers(page: Page, address: str) -> tuple[float, float, float]:
    """Seconds until a report is ready, sorted, and a candidate's page is open."""

    def open_overview() -> None:
        page.goto(address)
        page.wait_for_selector("html[data-ready]", state="attached")

    def sort() -> None:
        page.locator(RATE).click()
        page.wait_for_selector(f"{RATE}[aria-sort]")

    def open_candidate() -> None:
        page.locator(f"{ROW} a").first.click()
        page.wait_for_selector("#opponents tbody tr")

    page.goto("about:blank")
    ready = seconds(open_overview)
    page.locator(UNFOLD).click()
    return ready, seconds(sort), seconds(open_candidate)


def main() -> None:
    """Print a line for each report."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--candidates", type=int, default=1000)
    parser.add_argument("--openings", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        reports = {
            "icpc2015": ["--competition", "icpc2015"],
            "icpc2025": ["--competition", "icpc2025"],
            str(arguments.candidates): round_robin(folder, arguments.candidates),
        }
        write_text("<!doctype html><title>empty</title>", folder / "empty.html")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        empty = median(
            seconds(lambda: page.goto((folder / "empty.html").as_uri()))
            for _ in range(arguments.openings)
        )
        print(f"an empty page opens in {empty:.3f} s")
        heads = (
            "rank",
            "check",
            "report",
            "page",
            "kept",
            "MB",
            "ready",
            "÷ empty",
            "sorted",
            "opened",
        )
        print(f"{'report':10}" + "".join(f"{head:>9}" for head in heads))
        for report, options in reports.items():
            took, path = written(folder / report, *options)
            times = [answers(page, path.as_uri()) for _ in range(arguments.openings)]
            ready, ordered, opened = map(median, zip(*times, strict=True))
            written_in = "".join(f"{one:9.1f}" for one in took[:-1]) + f"{took[-1]:9.2f}"
            size = path.stat().st_size / 1e6
            print(
                f"{report:10}{written_in}{size:9.2f}{ready:9.2f}{ready / empty:9.1f}"
                f"{ordered:9.2f}{opened:9.2f}"
            )
        browser.close()


if __name__ == "__main__":
    main()
