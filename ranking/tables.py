"""The data dictionary: every table of the program, its columns, and what they mean.

Conventions
-----------
Candidates go by id, a non-empty string; :data:`TIE` is no id. Verdicts carry ids, never 0 and 1.
Truth is a column that may be missing, never a filter. Columns beyond a contract are allowed.

Tables
------
* :data:`ROSTER`: who played. ``candidate`` id; ``name``; ``country``; ``reached`` last round
  played; ``score`` rounds passed into (missing before the results). Optional: ``exempt`` known
  but not judged; ``recording`` path or URL; ``seconds`` its length; ``appearance`` order on
  stage, equal numbers for one session; ``place`` in the final.
* :data:`WINDOWS`: five minutes each, of a bank. ``row`` of the bank; ``candidate``; ``window`` of
  the recording, counted from 0; ``start``, ``stop`` in seconds.
* :data:`PAIRS`: ordered pairs. ``first``; ``second``; ``truth`` who got further, missing for
  equals.
* :data:`VOTES`: one window against another. ``first``; ``second``; ``window`` of the two, counted
  from 0; ``p_first`` probability in [0, 1] that the first is the better.
* :data:`COMPARISONS`: of two candidates each. ``first``; ``second``; ``winner`` id or :data:`TIE`;
  ``votes`` for the winner (or for either, of a tie); ``windows`` voted on. Optional: ``juror``
  whose verdict it is.
* :data:`MARKS`: a panel's. ``juror``; ``candidate``; ``mark``, missing where ``recused``.
* :data:`RANKING`: one order. ``rank`` 1 is best, equals share it; ``rank_low``, ``rank_high`` its
  95 % interval; ``candidate``; ``wins``, a tie counts half; ``comparisons``; ``win_rate``;
  ``strength`` in the units of the method, with ``strength_low``, ``strength_high``.
* :data:`HITRATE`: the ranking against the result. ``k`` candidates at or above the threshold;
  ``candidate``; ``wins`` or other value that is the threshold; ``reached``; ``passed``;
  ``hit_rate`` share of the ``k`` who passed; ``recall`` share of those who passed that is among
  the ``k``; ``null_low``, ``null_high`` the band of a judge without skill.
* :data:`FINDINGS`: what a check found. ``check``; ``value``; ``low``, ``high`` its 95 % interval;
  ``p``; ``finding`` in words.
* :data:`PAIRED`: two judges of the same candidates. ``one``; ``other``; ``candidates`` both judged;
  ``tau`` Kendall's tau-b of their rankings, with ``tau_low``, ``tau_high``; ``pairs`` of unequal
  result; ``accuracy`` and ``other_accuracy``, share of them in the order of the result;
  ``difference`` of the two, with ``difference_low``, ``difference_high`` and ``p``.
"""

import pandas as pd

from ranking.errors import TableError

ROSTER = ("candidate", "name", "country", "reached", "score")
WINDOWS = ("row", "candidate", "window", "start", "stop")
PAIRS = ("first", "second", "truth")
VOTES = ("first", "second", "window", "p_first")
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
)
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

TIE = "tie"  # the winner of a comparison that nobody won


def check(table: pd.DataFrame, contract: tuple[str, ...], name: str) -> None:
    """Refuse a table that lacks a column of its contract or has no rows.

    Raises
    ------
    TableError
        Naming the table ``name`` and what it lacks.
    """
    missing = [column for column in contract if column not in table.columns]
    if missing:
        raise TableError(
            f"{name} table", f"columns missing: {', '.join(missing)}", f"it needs {contract}"
        )
    if table.empty:
        raise TableError(f"{name} table", "it has no rows", "give at least one")
