"""What is resampled, by where comparisons come from: every row of the table."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from ranking.comparisons.tally import count_comparisons
from ranking.methods.registry import METHODS
from ranking.uncertainty import units
from ranking.uncertainty.units import ASSUMPTIONS, ESTIMANDS, PLURALS, find_uncertainty

BT = METHODS["bradley-terry"]


def everyone(n=6, **columns):
    """Every pair compared once, the earlier one winning."""
    i, j = np.triu_indices(n, k=1)
    ids = np.array([f"c{one}" for one in range(n)])
    table = pd.DataFrame({"first": ids[i], "second": ids[j], "winner": ids[i]})
    return table.assign(votes=1, windows=1, **columns)


def chain(n):
    """Neighbours compared once."""
    table = everyone(n)
    return table[table["first"].str[1:].astype(int) + 1 == table["second"].str[1:].astype(int)]


def with_column(column, *tables):
    return pd.concat(
        [own.assign(**{column: f"x{at}"}) for at, own in enumerate(tables)], ignore_index=True
    )


def found(table, method=BT):
    return find_uncertainty(table, count_comparisons(table), method)


@pytest.mark.parametrize(
    ("table", "unit", "count"),
    [
        (with_column("juror", *[everyone()] * 3), "juror", 3),
        (with_column("rater", *[everyone()] * 4), "rater", 4),
        (with_column("session", *[everyone()] * 3), "session", 3),
        (with_column("match", *[everyone()] * 3), "match", 3),
        (everyone(), "candidate", 6),
        (everyone(rater="me"), "candidate", 6),
        (chain(8), "comparison", 7),
        (pd.concat([everyone()] * 2), "row", 30),
    ],
)
def test_the_unit_follows_from_the_comparisons(table, unit, count):
    one = found(table)
    assert (one.unit, one.count, one.reason) == (unit, count, "")
    assert one.sentence.startswith(f"The 95 % intervals take {count} {PLURALS[unit]} as the sample")
    assert one.estimand in one.sentence
    assert one.assumption in one.sentence


@pytest.mark.parametrize(
    ("table", "method", "words"),
    [
        (with_column("juror", everyone()), BT, "1 juror who ordered somebody; it takes 3"),
        (with_column("juror", *[everyone()] * 2), BT, "2 jurors who ordered somebody"),
        (
            with_column("session", *[everyone()] * 2),
            BT,
            "2 sessions; it takes 3 to see how much they",
        ),
        (chain(8), METHODS["pagerank"], "pagerank has none"),
        (everyone(), replace(BT, ordinal=True), "no more than an order"),
        (everyone(), replace(BT, needs="marks"), "ranks by marks"),
    ],
)
def test_where_no_unit_suits_there_is_a_reason(table, method, words):
    one = found(table, method)
    assert one.unit == ""
    assert words in one.sentence
    assert one.sentence.startswith("There are no 95 % intervals: ")


def test_candidates_are_the_unit_in_components_compared_in_full():
    """Two rings that no pair joins: of 12 candidates' pairs less than half, of their own all."""
    other = everyone()
    for place in ("first", "second", "winner"):
        other[place] = "d" + other[place]
    assert found(pd.concat([everyone(), other])).unit == "candidate"


def test_comparisons_are_the_unit_where_results_chose_the_pairs():
    table = everyone()
    one = find_uncertainty(table, count_comparisons(table), BT, chosen_by_results=True)
    assert (one.unit, one.count) == ("comparison", 15)


def test_who_ordered_nobody_is_named_and_left_out():
    table = with_column("juror", *[everyone()] * 3, everyone().assign(winner="tie"))
    one = found(table)
    assert (one.count, one.without_order) == (3, ("x3",))
    assert one.sentences == (
        "x3 ordered nobody and is left out of the ranges of rank.",
        one.sentence,
    )
    assert set(units.ordering_rows(table, one)["juror"]) == {"x0", "x1", "x2"}
    assert found(with_column("juror", *[everyone().assign(winner="tie")] * 3)).reason.startswith(
        "no jurors"
    )


def test_the_table_has_no_empty_cell_and_every_unit():
    assert PLURALS.keys() == ESTIMANDS.keys() == ASSUMPTIONS.keys()
    table = re.split("^=+ .*\n", units.__doc__, flags=re.MULTILINE)[1:3]
    starts = [0, 37, 49, 80]
    rows, cells = "".join(table).splitlines(), []
    for row in rows:
        own = [row[a:b].strip() for a, b in zip(starts, [*starts[1:], None], strict=True)]
        if own[1]:
            cells.append(own)
        else:
            cells[-1] = [f"{one} {more}".strip() for one, more in zip(cells[-1], own, strict=True)]
    assert len(cells) == 12  # with the heading
    assert all(all(own) for own in cells)
