"""Who won a comparison: by name, by place, by a word or by the scores of both.

Conventions
-----------
A winner is one of the two by id or name; or a place ("first", "left", "home", "a", "1", "model_a",
the header of its column); or a tie ("draw", "tie (bothbad)"). Numbers are places if they are 1 and
2, with 0 for a tie; points of the first if there are halves; a sign if there are negative ones. 0
and 1 alone may be either, and are refused. Where candidates are called as places are, they are
meant; if that is not right in some row, the file is refused. The higher score wins.

No result is one that is not known yet, or that nobody played for: "", "?", "postponed", "w.o.",
"bye", "withdrawn". Such rows compare nobody.
"""

import re
from collections.abc import Collection, Iterable

import numpy as np
import pandas as pd

from ranking.comparisons.headers import SCORE_TEXT, Layout
from ranking.errors import ComparisonsError
from ranking.files.names import Names
from ranking.files.table_reader import CsvFile
from ranking.tables import TIE

TIES = frozenset(
    re.split(
        r"\s*\|\s*",
        "tie | tied | draw | drawn | drew | equal | equals | even | both | neither | = | bothbad | "
        "tie (bothbad) | tie(bothbad) | tie (both bad) | both bad | no preference | undecided | "
        "remis | unentschieden",
    )
)
UNKNOWN = frozenset(
    re.split(
        r"\s*\|\s*",
        "| - | – | — | ? | . | na | n/a | nan | none | null | unknown | pending | tbd | tba | nr | "
        "np | postponed | cancelled | canceled | abandoned | void | no result | not played | -:- | "
        "–:–",
    )
)
"""What stands for a result that is not known."""
NOT_PLAYED = frozenset(
    re.split(
        r"\s*\|\s*",
        "w.o. | w.o | w/o | wo | walkover | walk-over | walk over | bye | freilos | forfeit | "
        "forfeited | ff | default | dns | dnf | dsq | dq | absent | no show | no-show | "
        "withdrawn | withdrew | withdrawal | wd | w/d | retired | ret. | ret",
    )
)
"""What stands for a result that was not played for."""
NOBODY = frozenset(("bye", "freilos", "walkover", "walk-over", "w.o.", "w.o", "w/o"))
"""What stands for an opponent that there was not, or beside a winner who played nobody."""
BESIDE_SCORE = re.compile(r"(?<!\w)(w\.?/?o\.?|walk-?over|ret\.?|retired|dns|dnf)(?!\w)", re.I)
WON = re.compile(r"\s+(wins?|won|is better|preferred)$")
USUAL_PLACES = (("first", "second"), ("1st", "2nd"), ("left", "right"), ("model_a", "model_b"))
LETTERS = {"home": ("h", "a"), "white": ("w", "b"), "red": ("r", "b"), "left": ("l", "r")}
"""What places are abbreviated by; elsewhere they are a and b."""
SHOWN = 3  # words that a remark names


def find_winners(file: CsvFile, layout: Layout, names: Names) -> tuple[pd.Series, str]:
    """Return the winner of each row, an id, TIE or "" for no result, and how it was read.

    Parameters
    ----------
    file : the file, with ids in ``first`` and ``second``
    layout : which columns say who won
    names : the candidates

    Raises
    ------
    ComparisonsError
        If a row does not say who won, or may say either.
    """
    rows = file.rows
    if not layout.ordered:
        return rows["first"].mask(is_walkover(rows["winner"]), ""), ""
    if "winner" in layout.called:
        return _named_winners(file, layout, names)
    first, second = (
        _both_scores(file)
        if "score" in layout.called
        else (_scores(file, f"{place}_score") for place in ("first", "second"))
    )
    winner = rows["first"].where(first > second, rows["second"]).mask(first == second, TIE)
    return winner.mask(first.isna() | second.isna(), ""), "the higher score wins"


def result_words(rows: pd.DataFrame, layout: Layout) -> pd.Series:
    """Return what each row says of its result, as text."""
    if "winner" in layout.called or not layout.ordered:
        return rows["winner"]
    if "score" in layout.called:
        return rows["score"]
    return (rows["first_score"] + " " + rows["second_score"]).str.strip()


def has_no_opponent(rows: pd.DataFrame, layout: Layout, known: Collection[str]) -> pd.Series:
    """Return whether each row puts somebody against nobody, such as "bye".

    Parameters
    ----------
    rows : rows as they are spelt in the file
    layout : which columns say who won
    known : words that are candidates, whatever they mean elsewhere
    """
    names = {word.casefold() for word in known}
    nobody = pd.Series(False, index=rows.index)
    empty = pd.Series(False, index=rows.index)
    for place in ("first", "second"):
        words = rows[place].str.casefold()
        nobody |= words.isin(NOBODY - names)
        empty |= words == ""
    return nobody | (empty & is_no_result(result_words(rows, layout)))


def is_walkover(words: pd.Series) -> pd.Series:
    """Return whether each field, beside a winner, says that nobody played for it."""
    return words.str.casefold().isin(NOBODY)


def is_no_result(words: pd.Series) -> pd.Series:
    """Return whether each field says that a result is not known, or was not played for."""
    return words.map({word: _has_none(word) for word in words.unique()})


def no_result_remark(words: pd.Series) -> str:
    """Return how many rows have no result, given what stands there; empty if there are none."""
    not_played = words[words.map(_not_played)]
    unknown = len(words) - len(not_played)
    parts = [f"{unknown:,} without a result"] if unknown else []
    if len(not_played):
        shown = ", ".join(map(repr, list(dict.fromkeys(not_played))[:SHOWN]))
        parts.append(f"{len(not_played):,} not played ({shown})")
    rows = "row" if len(words) == 1 else "rows"
    return f"{rows} left out: {' and '.join(parts)}" if parts else ""


def _not_played(word: str) -> bool:
    plain = word.casefold()
    return plain in NOT_PLAYED or bool(BESIDE_SCORE.search(plain))


def _has_none(word: str) -> bool:
    return word.casefold() in UNKNOWN or _not_played(word)


def _named_winners(file: CsvFile, layout: Layout, names: Names) -> tuple[pd.Series, str]:
    """Winners by name, and by place where that names nobody."""
    rows, words = file.rows, file.rows["winner"]
    known = {word: names.meant(word) for word in words.unique()}
    named = _one_of_the_pair(rows, known)
    open_ = named == ""
    places = _places(file, words[open_].unique(), layout)
    plain = words.map({word: WON.sub("", word.casefold()) for word in known})
    meant = plain.map(places).where(open_)
    no_result = open_ & meant.isna() & is_no_result(words)
    _refuse_unclear(file, open_ & ~no_result, meant, known)
    winner = named.mask(meant == TIE, TIE)
    for place in ("first", "second"):
        winner = winner.mask(meant == place, rows[place])
    by_place = meant.isin(["first", "second"])
    if by_place.any():
        return winner, f"winners by place, such as {words[by_place].iloc[0]!r}"
    as_names = {*plain[~open_]} & {*_places(file, (), layout), "1", "2"}
    return winner, f"winners by name, {min(as_names)!r} too" if as_names else ""


def _one_of_the_pair(rows: pd.DataFrame, known: dict[str, tuple[str, ...]]) -> pd.Series:
    """Return whom of the two each winner names, "" where it names neither or may name both."""
    places = [rows[place] for place in ("first", "second")]
    meant = rows["winner"].map({word: ids[0] for word, ids in known.items() if len(ids) == 1})
    named = meant.where((meant == places[0]) | (meant == places[1]), "")
    for at in np.flatnonzero(rows["winner"].map(known).map(len) > 1):
        own = {*known[rows["winner"].iloc[at]]} & {place.iloc[at] for place in places}
        named.iloc[at] = min(own) if len(own) == 1 else ""
    return named


def _refuse_unclear(
    file: CsvFile, open_: pd.Series, meant: pd.Series, known: dict[str, tuple[str, ...]]
) -> None:
    """Refuse winners who are none of the pair, and places that may be candidates as well."""
    rows, words = file.rows, file.rows["winner"]
    of_somebody = words.isin([word for word, ids in known.items() if ids])
    bad = file.first_where(open_ & (meant.isna() | of_somebody))
    if bad is None:
        return
    pair = f"{rows['first'].iloc[bad]!r} and {rows['second'].iloc[bad]!r}"
    word = words.iloc[bad]
    if meant.isna().iloc[bad]:
        raise ComparisonsError(
            file.where(bad),
            f"the winner {word!r} is not one of the pair {pair}",
            f"write one of the two, or {TIE!r}; or 'first' or 'second'",
        )
    raise ComparisonsError(
        file.where(bad),
        f"the winner {word!r} is a candidate's name, but not one of the pair {pair}, and may be a "
        "place",
        "write names of the two; or call the places 'first' and 'second'",
    )


def _places(file: CsvFile, words: Iterable[str], layout: Layout) -> dict[str, str]:
    """What words mean beside names: first, second or TIE."""
    letters = LETTERS.get(layout.place[0], ("a", "b"))
    headers = (layout.called["first"], layout.called["second"])
    pairs = (*USUAL_PLACES, layout.place, letters, headers)
    places = dict.fromkeys(TIES, TIE)
    for first, second in pairs:
        places |= {first.casefold(): "first", second.casefold(): "second"}
    plain = {word.casefold() for word in words}
    numbers = {word: number for word in plain if (number := _number(word)) is not None}
    places |= _numbers(file, numbers)
    if layout.place[0] in {"home", "white"} or {"1", "2"} & plain:
        places |= {"x": TIE, "d": TIE}
    return places


def _numbers(file: CsvFile, numbers: dict[str, float]) -> dict[str, str]:
    """What numbers mean, all of them together."""
    values = {*numbers.values()}
    if 0.5 in values and values <= {0, 0.5, 1}:
        meaning = {1.0: "first", 0.5: TIE, 0.0: "second"}
    elif -1 in values and values <= {-1, 0, 1}:
        meaning = {1.0: "first", 0.0: TIE, -1.0: "second"}
    elif values in ({0, 1}, {0}):
        raise ComparisonsError(
            file.path.name,
            "the winner is 0 or 1, which may be first and second, or whether the first won",
            "write 1 and 2, with 0 for a tie; or 'first' and 'second'",
        )
    else:
        meaning = {1.0: "first", 2.0: "second"} | ({0.0: TIE} if 2 in values else {})
    return {word: meaning[value] for word, value in numbers.items() if value in meaning}


def _number(word: str) -> float | None:
    text = word.replace(",", ".").replace("½", "0.5").replace("1/2", "0.5")
    return float(text) if re.fullmatch(r"[-+]?\d+(\.\d+)?", text) else None


def _scores(file: CsvFile, column: str) -> pd.Series:
    """Scores of one of the two; missing where there is no result."""
    words = file.rows[column]
    values = words.map(lambda word: None if _has_none(word) else _number(word)).astype(float)
    _refuse_score(file, column, values.isna() & ~is_no_result(words), "a number")
    return values


def _both_scores(file: CsvFile) -> tuple[pd.Series, pd.Series]:
    """Scores of both, from fields like 2:1."""
    words = file.rows["score"]
    found = {word: SCORE_TEXT.fullmatch(word) for word in words.unique()}
    _refuse_score(
        file, "score", words.map(lambda word: found[word] is None and not _has_none(word)), "2:1"
    )
    first, second = (
        words.map(
            {word: np.nan if match is None else _number(match[at]) for word, match in found.items()}
        ).astype(float)
        for at in (1, 2)
    )
    return first, second


def _refuse_score(file: CsvFile, column: str, faulty: pd.Series, right: str) -> None:
    bad = file.first_where(faulty)
    if bad is not None:
        raise ComparisonsError(
            file.where(bad),
            f"{column!r} is {file.rows[column].iloc[bad]!r}, which is no score",
            f"write {right}, or leave it empty where there is no result",
        )
