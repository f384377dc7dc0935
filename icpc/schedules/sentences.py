"""What to know of a schedule in the making: how much is compared, and whether to go on."""

from icpc.schedules.pairs import NextPairs
from ranking.selection.stability import ROUNDS, STABLE, is_stable


def schedule_sentences(chosen: NextPairs) -> tuple[str, ...]:
    """Return how many pairs are compared, how stable the ranking is, and what to do next."""
    size = chosen.candidates // 2
    told_after = f"How stable the ranking is can be told after {(ROUNDS + 1) * size:,} comparisons."
    if not chosen.comparisons:
        return (
            f"No pair is compared yet: these are drawn at random (seed {chosen.seed}). "
            f"{told_after}",
        )
    share = 100 * chosen.compared / chosen.all_pairs
    so_far = (
        f"{chosen.compared:,} of {chosen.all_pairs:,} pairs are compared so far ({share:.1f} %), "
        f"in {chosen.comparisons:,} comparisons."
    )
    if len(chosen.agreements) < ROUNDS:
        return so_far, told_after
    numbers = " and ".join(f"{one:.3f}" for one in chosen.agreements)
    stability = (
        f"The rankings before and after each of the last {ROUNDS} rounds of {size:,} comparisons "
        f"agree with tau-b {numbers}"
    )
    if is_stable(list(chosen.agreements)):
        return so_far, (
            f"{stability}, {STABLE} or more: the ranking is stable, and more comparisons would "
            "change it little. You can stop here."
        )
    return so_far, f"{stability}; it is stable where both are {STABLE} or more. Compare on."
