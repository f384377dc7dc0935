"""Rounds and scores.

Conventions
-----------
A *score* is the number of rounds passed into; it is named after the last round passed into.
"""

MAX_ROUNDS = 8
"""Most distinct scores that are taken for rounds; where there are more, they are marks."""


def round_or_score_label(rounds: tuple[str, ...], score: float) -> str:
    """Return the last round passed into, or "score 2.5" where no round has that score."""
    has_round = score == int(score) < len(rounds)
    return rounds[int(score)] if has_round else f"score {score:g}"
