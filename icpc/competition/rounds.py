"""Rounds and scores.

Conventions
-----------
A *score* is the number of rounds passed into; it is called by the round passed into.
"""

MOST_ROUNDS = 8  # scores of more kinds are marks, no rounds


def level_name(rounds: tuple[str, ...], score: float) -> str:
    """The round passed into, or the score where rounds do not tell."""
    whole = score == int(score) < len(rounds)
    return rounds[int(score)] if whole else f"score {score:g}"
