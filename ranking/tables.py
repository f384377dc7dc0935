"""The data dictionary: every table of the program, its columns, and what they mean.

Conventions
-----------
Candidates are named by id, a non-empty string, never by 0 and 1; :data:`TIE` is not an id. The
actual result is a column that may be missing, never a filter. A table may have further columns.

Tables
------
* :data:`ROSTER`: the candidates of a competition. ``candidate`` id; ``name`` and ``country`` for
  people to read; ``reached`` last round played; ``score`` number of rounds passed into (both
  missing before the results). Optional: ``exempt`` whether the candidate is known, but neither
  compared nor ranked; ``recording`` path or URL; ``seconds`` length of the recording;
  ``appearance`` order of playing, equal within a session; ``place`` prize or place in the final.
* :data:`WINDOWS`: the windows of an embedding bank, five minutes of a recording each. ``row`` of
  the bank; ``candidate`` who plays; ``window`` number within the recording, counted from 0;
  ``start``, ``stop`` in seconds from the beginning of the recording.
* :data:`PAIRS`: ordered pairs of candidates. ``first``; ``second``; ``truth`` the one who got
  further, missing where neither did.
* :data:`VOTES`: one outcome for each pair of windows. ``first``; ``second``; ``first_window``,
  ``second_window`` number of the window within the recording of each, counted from 0; ``p_first``
  probability that the first plays better, 0 to 1.
* :data:`COMPARISONS`: one outcome for each pair of candidates. ``first``; ``second``; ``winner``
  id of the one who was preferred, or :data:`TIE`; ``votes`` for the winner (for either of the two,
  if tied); ``windows`` that were voted on. Optional: ``juror`` who compared them; ``count`` of
  independent comparisons with this outcome, a whole number; ``weight`` by which each of them moves
  strengths, a positive number, relative to their mean; ``rater``, ``session``, ``match`` within
  which comparisons depend on each other; ``pairs`` by which of :data:`RULES` the pair was chosen,
  empty where it is not known.
* :data:`MARKS`: the marks of a panel. ``juror`` who gave it; ``candidate`` who received it;
  ``mark`` larger is better, missing where ``recused``.
* :data:`RANKING`: the candidates in order. ``rank`` 1 is best, equals share one; ``rank_low``,
  ``rank_high`` its 95 % interval; ``candidate``; ``wins`` comparisons won, a tie counts half;
  ``comparisons`` number of comparisons the candidate was in; ``win_rate`` share of them won;
  ``strength`` in the unit of the method, with its 95 % interval ``strength_low``,
  ``strength_high``, infinite where it is unbounded; ``component`` 1 for the largest set of
  candidates whom comparisons join. Ranks start anew in each component.
* :data:`RANK_PROBABILITIES`: how probable the ranks of each candidate are, best candidate first.
  ``candidate``; ``rank``; ``probability`` of this rank; ``at_most`` probability of this rank or a
  better one, so of being among the first so many. Ranks without probability are left out, other
  than the number who passed. In fields of more than 200 further ranks are left out, and
  ``probability`` is that of the rank and of those since the row before.
* :data:`BETTER_PROBABILITIES`: how probable it is that one candidate is better than another, of
  every two of a component, the one who is ranked higher first. ``candidate``; ``other``;
  ``p_better``. In fields of more than 200 only those within 25 places of each other.
* :data:`HITRATE`: a ranking compared with the actual result, one row for each candidate, best
  first. ``k`` number of candidates at or above this one; ``candidate``; ``wins`` of this one;
  ``reached`` last round played, or else the score; ``passed`` whether this one passed the round;
  ``hit_rate`` share of the ``k`` who passed; ``recall`` share of those who passed that is among the
  ``k``; ``null_low``, ``null_high`` 95 % null band of the hit-rate, from random judges given the
  same pairs.
* :data:`FINDINGS`: what the checks of a ranking found. ``check`` what was checked; ``value`` found;
  ``low``, ``high`` its 95 % interval; ``p`` probability of a value as extreme under the null
  hypothesis; ``finding`` the same as a sentence.
* :data:`HISTORY`: the epochs of trained heads, one row for each. ``fold`` that the head was trained
  without, from 1, or ``final`` for the head that is kept after folds; ``learning_rate``,
  ``weight_decay``, ``dropout``, ``seed``, ``batch_size`` of it; ``epoch`` from 1; ``chosen``
  whether the head did best on validation of those of the fold; ``best`` whether it was left as of
  this epoch; ``training_loss``; ``validation_loss``. Further columns are the task's metrics on
  validation, and of each class or label ``ap_…`` its average precision there, missing where it is
  not known, and ``random_…`` what answers in random order have there.
* :data:`PAIRED`: two rankings of the same candidates beside each other. ``one``, ``other`` names of
  the rankings; ``candidates`` number of those in both; ``tau`` Kendall's tau-b of the two, with its
  95 % interval ``tau_low``, ``tau_high``; ``pairs`` of candidates with unequal results;
  ``accuracy``, ``other_accuracy`` share of these pairs that each ranking puts in the order of the
  result; ``difference`` the first less the second share, with its 95 % interval
  ``difference_low``, ``difference_high`` and ``p``.
"""

import pandas as pd

from ranking.errors import TableError

ROSTER = ("candidate", "name", "country", "reached", "score")
WINDOWS = ("row", "candidate", "window", "start", "stop")
PAIRS = ("first", "second", "truth")
VOTES = ("first", "second", "first_window", "second_window", "p_first")
COMPARISONS = ("first", "second", "winner", "votes", "windows")
MARKS = ("juror", "candidate", "mark")
RANKING = (
    "rank",
    "rank_low",
    "rank_high",
    "candidate",
    "wins",
    "comparisons",
    "win_rate",
    "strength",
    "strength_low",
    "strength_high",
    "component",
)
RANK_PROBABILITIES = ("candidate", "rank", "probability", "at_most")
BETTER_PROBABILITIES = ("candidate", "other", "p_better")
HITRATE = (
    "k",
    "candidate",
    "wins",
    "reached",
    "passed",
    "hit_rate",
    "recall",
    "null_low",
    "null_high",
)
FINDINGS = ("check", "value", "low", "high", "p", "finding")
HISTORY = (
    "fold",
    "learning_rate",
    "weight_decay",
    "dropout",
    "seed",
    "batch_size",
    "epoch",
    "chosen",
    "best",
    "training_loss",
    "validation_loss",
)
PAIRED = (
    "one",
    "other",
    "candidates",
    "tau",
    "tau_low",
    "tau_high",
    "pairs",
    "accuracy",
    "other_accuracy",
    "difference",
    "difference_low",
    "difference_high",
    "p",
)

TIE = "tie"
"""The winner of a comparison that neither candidate won."""
RULES = ("swiss", "active", "random")
"""Rules by which pairs to compare are chosen."""


def check_table(table: pd.DataFrame, columns: tuple[str, ...], name: str) -> None:
    """Raise an error if a table lacks a required column or has no rows.

    Parameters
    ----------
    table : the table to check
    columns : names of the required columns
    name : what to call the table in an error

    Raises
    ------
    TableError
        Naming the table and what it lacks.
    """
    missing = [column for column in columns if column not in table.columns]
    if missing:
        raise TableError(
            f"{name} table",
            f"columns missing: {', '.join(missing)}",
            f"its columns are {', '.join(columns)}",
        )
    if table.empty:
        raise TableError(f"{name} table", "it has no rows", "give at least one")
