"""Which columns of a file name the two candidates of a comparison, and which say who won.

Conventions
-----------
Headers are compared without case and punctuation. Two that differ by a place alone name the two:
``first`` and ``second``, ``left`` and ``right``, ``home`` and ``away``, ``model_a`` and
``model_b``, ``team1`` and ``team2``. So do ``winner`` and ``loser``, which tell no order. Who won
is said by a column ``winner``, by the scores of both (``home_goals`` and ``away_goals``; the higher
wins), by a column such as ``preferred`` or ``result``, by both scores in one (``2:1``), or by how
often each won (``wins1`` and ``wins2``, ``ties``), which makes a row for each outcome. Columns
called ``first``, ``second`` and ``winner`` are always those that are meant.
"""

import itertools
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from ranking.errors import ComparisonsError

NOTHING: Mapping[str, str] = MappingProxyType({})
PLACES = (
    ("first", "second"),
    ("left", "right"),
    ("home", "away"),
    ("white", "black"),
    ("red", "blue"),
    ("a", "b"),
    ("1", "2"),
    ("one", "two"),
)
STEMS = (
    *("", "team", "player", "model", "candidate", "item", "competitor", "contestant", "choice"),
    *("option", "athlete", "performer", "artist", "pianist", "performance", "recording", "song"),
    *("wine", "couple", "entry", "piece", "script", "essay", "text", "image", "stimulus", "sample"),
    *("system", "side", "name", "id", "object"),
)
"""What a column of candidates is called beside its place."""
WON_AND_LOST = (
    ("winner", "loser"),
    ("chosen", "notchosen"),
    ("chosen", "rejected"),
    ("preferred", "notpreferred"),
    ("better", "worse"),
)
SCORES = ("goals", "goal", "score", "scores", "points", "sets", "runs", "frames", "fulltimegoals")
WINS = ("wins", "win", "won", "victories")
TIED = ("ties", "draws", "tied", "drawn")
"""Columns of how often each of the two won, and neither."""
SCORE_PAIRS = (("fthg", "ftag"), ("hg", "ag"))
"""Columns of football results that abbreviate them."""
OUTCOMES = (
    *("winner", "win", "preferred", "preference", "prefers", "choice", "chosen", "chose"),
    *("selected", "result", "outcome", "label", "vote", "answer", "better", "ftr"),
)
"""Columns that say who won; the first of them counts beside any other."""
BOTH_SCORES = ("score", "result", "ft", "finalscore", "fulltime")
SCORE_TEXT = re.compile(r"(\d+(?:[.,]\d+)?|½|1/2)\s*[-:–—]\s*(\d+(?:[.,]\d+)?|½|1/2)")
"""Both scores in one field: 2:1, 2–1, ½–½."""
COMPARED = (
    *("first", "second", "winner", "loser", "first_score", "second_score", "score"),
    *("first_wins", "second_wins", "ties"),
)
"""Columns that name the two and say who won, as the program calls them."""
CLUSTERS = {
    "juror": (),
    "rater": (
        *("judge", "assessor", "annotator", "evaluator", "voter", "listener", "participant"),
        *("worker", "reviewer", "respondent", "user"),
    ),
    "session": (),
    "match": (),
}
"""Columns that say which comparisons depend on each other, and what else they are called."""


@dataclass(frozen=True)
class Layout:
    """Which columns name the two candidates, and which say who won."""

    called: Mapping[str, str]
    """Columns of the file by the program's name, of :data:`COMPARED` without ``loser``."""
    place: tuple[str, str] = ("first", "second")
    """What the two places are called."""
    ordered: bool = True
    """Whether one of the two is the first; False: ``first`` is the winner, ``second`` the loser."""

    @property
    def complete(self) -> bool:
        """Whether the columns say who won."""
        scores = {"first_score", "second_score"} <= self.called.keys() or self.totals
        return not self.ordered or scores or bool({"winner", "score"} & self.called.keys())

    @property
    def totals(self) -> bool:
        """Whether a row says how often each of the two won."""
        return {"first_wins", "second_wins"} <= self.called.keys()


def is_header(columns: Sequence[str], given: Mapping[str, str] = NOTHING) -> bool:
    """Return whether columns name two candidates, and may say who won.

    Parameters
    ----------
    columns : headers, in lower case
    given : columns by the program's name, where somebody says so
    """
    try:
        layout = find_layout("", columns, {}, given)
    except ComparisonsError:
        return True
    return layout is not None and (
        layout.complete or any(_plain(column) in BOTH_SCORES for column in columns)
    )


def find_layout(
    where: str,
    columns: Sequence[str],
    texts: Mapping[str, Collection[str]],
    given: Mapping[str, str] = NOTHING,
) -> Layout | None:
    """Return the columns that a comparison is read from, None where no two name candidates.

    Parameters
    ----------
    where : the file, for an error
    columns : headers, in lower case
    texts : what stands in each column
    given : columns by the program's name, where somebody says so

    Raises
    ------
    ComparisonsError
        If several columns may be meant.
    """
    pair = _won_and_lost(columns, given)
    if pair is not None:
        return Layout(dict(zip(("first", "second"), pair, strict=True)), ordered=False)
    found = _pair(where, columns, given)
    if found is None:
        return None
    called, place = found
    called |= {name: own for name, own in given.items() if name in COMPARED}
    rest = [column for column in columns if column not in called.values()]
    if not Layout(called).complete:
        called |= _outcome(where, rest, texts, place)
    return Layout(called, place)


def score_column(columns: Sequence[str]) -> str | None:
    """Return the column of both scores, if there is one, whatever stands in it."""
    return next((column for column in columns if _plain(column) in BOTH_SCORES), None)


def find_clusters(columns: Sequence[str]) -> dict[str, str]:
    """Return the columns that say which rows depend on each other, by the program's name."""
    plain = {re.sub(r"(id|name|no|number)$", "", _plain(column)): column for column in columns}
    found = {}
    for name, others in CLUSTERS.items():
        called = [plain[own] for own in (name, *others) if own in plain]
        if name in columns or len(called) == 1:
            found[name] = name if name in columns else called[0]
    return found


def _pair(
    where: str, columns: Sequence[str], given: Mapping[str, str]
) -> tuple[dict[str, str], tuple[str, str]] | None:
    """The columns of the two candidates, and what their places are called."""
    if {"first", "second"} <= given.keys():
        own = given["first"], given["second"]
        place = dict(_alike(own, STEMS)).get(own, PLACES[0])
        return dict(zip(("first", "second"), own, strict=True)), place
    if {"first", "second"} <= {*columns}:
        return {"first": "first", "second": "second"}, PLACES[0]
    found = _alike(columns, STEMS)
    if len(found) > 1:
        raise _several(where, "the two candidates", [f"{a} and {b}" for (a, b), _ in found])
    if found:
        own, place = found[0]
        return dict(zip(("first", "second"), own, strict=True)), place
    return None


def _won_and_lost(columns: Sequence[str], given: Mapping[str, str]) -> tuple[str, str] | None:
    """The columns of who won and who lost, where there are no others of the two."""
    if {"winner", "loser"} <= given.keys():
        return given["winner"], given["loser"]
    if {"first", "second"} <= given.keys() or {"first", "second"} <= {*columns}:
        return None
    bare = {_bare(column): column for column in columns}
    found = [(bare[won], bare[lost]) for won, lost in WON_AND_LOST if {won, lost} <= bare.keys()]
    return found[0] if found and not _alike(columns, STEMS) else None


def _outcome(
    where: str, columns: Sequence[str], texts: Mapping[str, Collection[str]], place: tuple[str, str]
) -> dict[str, str]:
    """The columns that say who won."""
    if OUTCOMES[0] in columns:
        return {"winner": OUTCOMES[0]}
    pairs = [own for own, named in _alike(columns, SCORES) if named == place]
    plain = {_plain(column): column for column in columns}
    pairs += [(plain[a], plain[b]) for a, b in SCORE_PAIRS if a in plain and b in plain]
    if len(pairs) > 1:
        raise _several(where, "the scores of both", [f"{a} and {b}" for a, b in pairs])
    if pairs:
        return {"first_score": pairs[0][0], "second_score": pairs[0][1]}
    wins = [own for own, named in _alike(columns, WINS) if named == place]
    if wins:
        totals = {"first_wins": wins[0][0], "second_wins": wins[0][1]}
        tied = [plain[name] for name in TIED if name in plain]
        return totals | ({"ties": tied[0]} if tied else {})
    both = [
        column
        for column in columns
        if _plain(column) in BOTH_SCORES
        and any(SCORE_TEXT.fullmatch(text) for text in texts.get(column, ()))
    ]
    if both:
        return {"score": both[0]}
    found = [column for column in columns if _bare(column) in OUTCOMES]
    if len(found) > 1:
        raise _several(where, "who won", found)
    return {"winner": found[0]} if found else {}


def _alike(
    columns: Sequence[str], stems: Sequence[str]
) -> list[tuple[tuple[str, str], tuple[str, str]]]:
    """Every two columns that differ by a place alone, beside one of the stems, and the places."""
    plain = {_plain(column): column for column in columns}
    found = {}
    for place, stem, end in itertools.product(PLACES, stems, ("", "name", "id")):
        if not stem and place[0] in {"1", "one"}:  # as likely marks by number
            continue
        for names in (
            [f"{stem}{one}{end}" for one in place],
            [f"{one}{stem}{end}" for one in place],
        ):
            if plain.keys() >= {*names}:
                found[plain[names[0]], plain[names[1]]] = place
    return list(found.items())


def _plain(column: str) -> str:
    return re.sub(r"[\W_]", "", column)


def _bare(column: str) -> str:
    """A header without what it says beside: that it is a name, an id or a candidate."""
    plain = _plain(column)
    known = {*OUTCOMES, *(name for pair in WON_AND_LOST for name in pair)}
    for stem in filter(None, STEMS):
        if plain.removeprefix(stem) in known:
            return plain.removeprefix(stem)
        if plain.removesuffix(stem) in known:
            return plain.removesuffix(stem)
    return plain


def _several(where: str, what: str, found: Sequence[str]) -> ComparisonsError:
    return ComparisonsError(
        where,
        f"several columns may be {what}: {', or '.join(found)}",
        "say which are meant, by a map of columns, or rename the others",
        key="map-columns",
    )
