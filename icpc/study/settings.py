"""How the candidates of a competition are ranked: every choice that a number depends on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ranking.comparisons.votes import VOTE_RULES
from ranking.errors import Given, RankingError
from ranking.evaluation.resampling import RESAMPLED
from ranking.files.text import escape_controls
from ranking.methods.method import Method
from ranking.methods.registry import METHODS

RANGES = ("each", "joint")
"""What a range of rank may hold: each rank by itself, or all ranks of a component together."""


@dataclass(frozen=True)
class Settings:
    """Every setting that changes a number.

    Raises
    ------
    RankingError
        If there is no such value, or two contradict each other.
    """

    method: str = "bradley-terry"
    """Ranking method, by its name in :data:`ranking.methods.registry.METHODS`."""
    vote: str = "majority"
    """How votes on windows decide a comparison: majority or mean."""
    count: str = "all"
    """Which comparisons count: all, or paper (those of unequal score only, by raw wins)."""
    resample: str = "auto"
    """What the rank intervals resample: the unit that suits the comparisons (auto), or windows."""
    ranges: str = "each"
    """What a 95 % range of rank holds: each rank by itself, or all ranks together (joint)."""
    seed: int = 0
    """Seed of every random draw."""

    @property
    def ranking_method(self) -> Method:
        """The entry of :data:`ranking.methods.registry.METHODS`."""
        return METHODS[self.method]

    def __post_init__(self) -> None:
        for name, value, allowed in (
            ("method", self.method, METHODS),
            ("vote", self.vote, VOTE_RULES),
            ("count", self.count, ("all", "paper")),
            ("resample", self.resample, RESAMPLED),
            ("ranges", self.ranges, RANGES),
        ):
            if value not in allowed:
                raise RankingError(
                    Given(**{name: escape_controls(value)}),
                    "no such choice",
                    f"choose {', '.join(allowed)}",
                )
        if self.seed < 0:
            raise RankingError(Given(seed=self.seed), "a seed is not negative", "choose one from 0")
        if self.count == "paper" and self.method != "wins":
            raise RankingError(
                Given(count="paper", method=self.method),
                "the paper's counting ranks by raw wins",
                "leave one of the two out",
            )
        if self.count == "paper" and self.resample == "windows":
            raise RankingError(
                Given(count="paper", resample="windows"),
                "votes are on all pairs, the paper's counting is not",
                "leave one of the two out",
            )
        if self.ranges == "joint":
            self._refuse_joint_ranges_without_tests()

    def _refuse_joint_ranges_without_tests(self) -> None:
        method = self.ranking_method
        if self.resample == "windows":
            raise RankingError(
                Given(ranges="joint", resample="windows"),
                "joint ranges come from tests of differences, and resampled windows give none",
                "leave one of the two out",
            )
        if method.ordinal or method.needs == "marks":
            raise RankingError(
                Given(ranges="joint", method=method.name),
                "this method has no 95 % intervals",
                "choose ranges of each rank, or another method",
                key="ranges-of-each",
            )


def with_new_values(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings by name with today's values.

    Before version 0.2.0 candidates were resampled whatever the comparisons were, and a range was
    that of each rank.
    """
    own = {"ranges": "each", **settings}
    return {**own, "resample": "auto"} if own.get("resample") == "candidates" else own
