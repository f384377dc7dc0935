"""The table of what check, hitrate, compare and report say of fields whose answer is known.

``python tests/support/printed.py`` writes ``tests/data/sentences.csv``, to be read line by line: a
row for each sentence on 3, 5, 20 and 330 candidates, by rankers that are perfect, reversed, coin
flips, that tie everyone or always prefer the first, and by panels. Each is compared with the
perfect ranker.
"""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from icpc.competition.competitions import Competition
from icpc.findings.checks import check_study
from icpc.findings.compare import compare_rankings, rankings_of
from icpc.findings.compare_sentences import misleading_accuracy_remarks, paired_sentences
from icpc.page.summary import headline_sentence
from icpc.study.comparisons import Comparisons
from icpc.study.hit_rate import study_hit_rate_curve
from icpc.study.settings import Settings
from icpc.study.study import Study, run_study
from ranking.comparisons.marks import marks_to_comparisons
from ranking.tables import TIE

TABLE = Path(__file__).parents[1] / "data" / "sentences.csv"
COLUMNS = ("candidates", "ranker", "command", "about", "sentence")
CANDIDATES = (3, 5, 20, 330)
ROUNDS = ("first", "second", "final")
RANKERS = ("perfect", "reversed", "coin flips", "all ties", "always the first")
PANELS = ("panel that decided", "panel beside others")
JURORS = 5


def field(n: int) -> Competition:
    """Return n candidates, the best first: half passed into the second round, a sixth further."""
    score = np.zeros(n)
    score[: max(1, round(n / 2))] = 1
    score[: max(1, n // 6)] = 2
    rng = np.random.default_rng(n)
    roster = pd.DataFrame(
        {
            "candidate": [f"c{at:03}" for at in range(n)],
            "name": [f"C{at:03}" for at in range(n)],
            "country": "",
            "reached": [ROUNDS[int(value)] for value in score],
            "score": score,
            "exempt": False,
            "recording": "",
            "place": "",
            "seconds": rng.integers(900, 1800, n).astype(float),
            "appearance": np.nan,
        }
    )
    shuffled = roster.sample(frac=1, random_state=n).reset_index(drop=True)
    return Competition("field", f"A field of {n}", ROUNDS, shuffled, roster_path=None)


def compared(n: int, ranker: str) -> Comparisons:
    """Return every pair of a field in both orders, or a panel's marks."""
    if ranker in PANELS:
        return _panel(n, decided=ranker == PANELS[0])
    first, second = (at.ravel() for at in np.nonzero(~np.eye(n, dtype=bool)))
    flips = np.random.default_rng(n).random(len(first)) < 0.5
    of_first = {
        "perfect": first < second,
        "reversed": first > second,
        "coin flips": flips,
        "all ties": flips,
        "always the first": np.ones(len(first), dtype=bool),
    }[ranker]
    ids = np.array([f"c{at:03}" for at in range(n)])
    winner = np.where(of_first, ids[first], ids[second])
    table = pd.DataFrame({"first": ids[first], "second": ids[second], "winner": winner})
    if ranker == "all ties":
        table["winner"] = TIE
    return Comparisons(table.assign(votes=1, windows=1), f"{len(table):,} comparisons")


def rows(n: int) -> Iterator[tuple[str, ...]]:
    """Yield the rows on n candidates."""
    competition = field(n)
    panels = PANELS if n <= 20 else ()
    perfect = run_study(competition, compared(n, "perfect"), Settings())
    for ranker in (*RANKERS, *panels):
        study = (
            perfect
            if ranker == "perfect"
            else run_study(competition, compared(n, ranker), Settings())
        )
        for command, about, sentence in _printed(study, perfect):
            yield (str(n), ranker, command, about, sentence)


def text(found: list[tuple[str, ...]]) -> str:
    """Return rows as CSV."""
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows([COLUMNS, *found])
    return written.getvalue()


def read() -> list[tuple[str, ...]]:
    """Return the rows that the table has."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return [tuple(row) for row in csv.reader(file)][1:]


def _printed(study: Study, perfect: Study) -> Iterator[tuple[str, str, str]]:
    findings = check_study(study)
    yield from (("check", one.key, one.sentence) for one in findings)
    for at, sentence in enumerate(study_hit_rate_curve(study).sentences):
        yield "hitrate", str(at), sentence
    if study is not perfect:
        studies = {"this": study, "perfect": perfect}
        one, other = rankings_of(studies)
        (pair,) = compare_rankings([(one, other)], study.competition.score)
        for sentence in (*paired_sentences(pair), *misleading_accuracy_remarks(studies)):
            yield "compare", "", sentence
    yield "report", "headline", headline_sentence(study, findings)
    yield from (("all", "remark", sentence) for sentence in study.remarks)


def _panel(n: int, *, decided: bool) -> Comparisons:
    """Marks that follow the result, with an error of each juror."""
    rng = np.random.default_rng(n)
    marks = pd.DataFrame(
        [
            (f"juror {juror}", f"c{at:03}", float(np.round(mark)), False)
            for juror in range(JURORS)
            for at, mark in enumerate(20 * (1 - np.arange(n) / n) + rng.normal(0, 5, n))
        ],
        columns=["juror", "candidate", "mark", "recused"],
    )
    table = marks_to_comparisons(marks)
    score = 1.0 if decided else None
    return Comparisons(table, f"{JURORS} jurors", passing_score=1, decided_score=score, marks=marks)


if __name__ == "__main__":
    found = [row for n in CANDIDATES for row in rows(n)]
    TABLE.write_text(text(found), encoding="utf-8")
