"""Pages of reports for tests, and what a reader does with them in a browser."""

import numpy as np
import pandas as pd
import pytest

from icpc.page.page import report_page
from icpc.study.runs import run_record

ROUNDS = ("first", "second", "final")


def made(folder, name, judged):
    path = folder / f"{name}.html"
    path.write_text(
        report_page(judged, run_record(judged), f"judge report {name}"), encoding="utf-8"
    )
    return path


def roster_with_results(ids, names, reached, recording=""):
    score = [float(ROUNDS.index(one)) for one in reached]
    columns = {"candidate": ids, "name": names, "reached": reached, "score": score}
    table = pd.DataFrame(columns).assign(country="", exempt=False, place="", recording=recording)
    return table.assign(seconds=np.nan, appearance=np.nan)


def everyone(ids, strength, seed=0):
    """Both orders of every two, won by odds of the strengths."""
    rng = np.random.default_rng(seed)
    i, j = np.nonzero(~np.eye(len(ids), dtype=bool))
    won = rng.random(len(i)) < 1 / (1 + np.exp(strength[j] - strength[i]))
    ids = np.array(ids)
    table = pd.DataFrame(
        {"first": ids[i], "second": ids[j], "winner": np.where(won, ids[i], ids[j])}
    )
    return table.assign(votes=1, windows=1)


def seen(page, selector):
    """Bring something into sight, with the charts drawn."""
    found = page.locator(selector)
    found.scroll_into_view_if_needed()
    return found


def until(page, condition):
    """Wait for a condition; Playwright's own way is forbidden by the policy of the page."""
    for _ in range(1000):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(20)
    pytest.fail(f"never came true: {condition}")


def all_seen(page):
    for figure in page.locator("figure:has(.chart), #upsets-figure, #matrix-figure").all():
        figure.scroll_into_view_if_needed()
    until(
        page,
        "[...document.querySelectorAll('.chart, .picture')].every((one) => one.firstChild)",
    )


def choose(page, label):
    """Choose by keyboard: charts above may still be drawn, and would move a target of the mouse."""
    radio = page.get_by_role("radio", name=label)
    radio.press("Space")
    assert radio.is_checked()
