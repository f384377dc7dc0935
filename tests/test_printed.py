"""What is said of fields whose answer is known: read line by line, and kept."""

import printed
import pytest


def difference(n: int) -> list[str]:
    """Rows that are no longer printed, or not kept."""
    kept = [row for row in printed.read() if row[0] == str(n)]
    now = list(printed.rows(n))
    gone = [f"- {' | '.join(row)}" for row in kept if row not in now]
    return gone + [f"+ {' | '.join(row)}" for row in now if row not in kept]


@pytest.mark.slow
@pytest.mark.parametrize("n", [3, 5])
def test_sentences_on_few_candidates_are_those_that_were_read(n):
    assert not difference(n)


@pytest.mark.slow
@pytest.mark.parametrize("n", [20, 330])
def test_sentences_on_many_candidates_are_those_that_were_read(n):
    assert not difference(n)


def sentence_of(n: str, ranker: str, about: str) -> str:
    return next(row[-1] for row in printed.read() if (row[0], row[1], row[3]) == (n, ranker, about))


@pytest.mark.parametrize("n", ["20", "330"])
def test_a_perfect_ranker_is_told_from_chance_and_a_reversed_one_is_against(n):
    assert sentence_of(n, "perfect", "pair_accuracy").endswith("that is better than random judges.")
    assert sentence_of(n, "reversed", "pair_accuracy").endswith("that is worse than random judges.")
    assert "rises above the null band" in sentence_of(n, "perfect", "3")
    assert "falls below the null band" in sentence_of(n, "reversed", "3")


@pytest.mark.parametrize("n", ["3", "5"])
@pytest.mark.parametrize("ranker", printed.RANKERS)
def test_nothing_is_told_of_so_few_candidates(n, ranker):
    """A perfect ranking of three has p = 1 / 3, one of these five p = 0.1."""
    sentence = sentence_of(n, ranker, "pair_accuracy")
    assert sentence.endswith("not even a perfect ranker could be told from chance.")


def test_no_sentence_claims_certainty():
    text = "\n".join(row[-1] for row in printed.read())
    for claim in ("100.0 to 100.0", "50.0 to 50.0", "e-17", "nan", "-0.000", "about half"):
        assert claim not in text
