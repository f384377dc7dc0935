"""Sizes of tests: how often they are significant, at 5 %, where there is no effect.

    python tests/benchmarks/sizes.py --fields 2000 --only ranker panel

Each setting is simulated many times and given to the program's own tests. A size is to be 7 % or
less, and 3 % or more unless the reachable level is lower (:mod:`null_agreement`), or the test is
conservative by choice, which the conclusion names. Joint ranges are to hold all ranks in 95 % of
fields, within twice the Monte Carlo error that stands behind each size. Settings that take long
have fewer fields.
"""

import argparse
import itertools
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial

import null_agreement as agreement
import null_consistency as consistency
import numpy as np
from null_agreement import FAMILY, LEVEL, Results
from null_consistency import ALONE, EXCLUDED, JOINT

LARGEST, SMALLEST = 0.07, 0.03
REACHED = 25  # fields whose reachable level is computed
FEWER = 5  # times fewer fields of what takes long

HOLM = "Holm's method, whatever the dependence"
EQUALS = "only equals far above all others reach the level"
LOWER = {FAMILY: HOLM, JOINT: HOLM, ALONE: EQUALS, EXCLUDED: EQUALS}
BOTH_UNITS = "jurors and candidates both resampled"
TWICE = "the chance of a pair counts with both of its candidates"
SCHEDULE = "fewer pairs count after a permutation"
EXACT = "few outcomes differ"
ORDERS = {
    "both": "both orders",
    "one": "one order",
    "better": "the better oftener first",
    "own": "both orders, of each candidate its own effect",
}


@dataclass(frozen=True)
class Setting:
    """A kind of field without an effect, and the tests of it."""

    name: str
    tests: Callable[[np.random.Generator, int, bool], Results]
    """Function of generator, seed and whether to compute reachable levels."""
    lower: str = ""
    """Why the size is lower by choice."""
    slow: bool = False
    """Whether a field takes long."""


@dataclass(frozen=True)
class Size:
    """How often a test was significant."""

    name: str
    share: float
    error: float
    """Monte Carlo standard error of the share."""
    reachable: float
    lower: str
    """Why it is lower by choice."""

    @property
    def conclusion(self) -> str:
        """Whether the size is as it is to be, or why it is lower."""
        if self.share > (LEVEL + 2 * self.error if self.name.endswith(JOINT) else LARGEST):
            return "TOO LARGE"
        if self.share >= SMALLEST:
            return "right"
        if abs(self.share - self.reachable) <= 3 * max(self.error, 0.002):
            return f"lower: {100 * self.reachable:.1f} % is reachable"
        return f"lower: {self.lower}" if self.lower else "TOO SMALL"


def find_sizes(setting: Setting, fields: int, seed: int) -> list[Size]:
    """Return the size of each test of a setting.

    Parameters
    ----------
    setting : what to simulate
    fields : number of fields
    seed : seed of the fields and of the tests
    """
    rng = np.random.default_rng(seed)
    count = max(1, fields // FEWER if setting.slow else fields)
    found = [setting.tests(rng, seed + at, at < REACHED) for at in range(count)]
    sizes = []
    for name in found[0]:
        share = float(np.mean([one[name].found for one in found]))
        error = float(np.sqrt(share * (1 - share) / count))
        level = float(np.mean([one[name].reachable for one in found[:REACHED]]))
        lower = setting.lower or LOWER.get(name, "")
        sizes.append(Size(f"{setting.name}: {name}", share, error, level, lower))
    return sizes


def settings() -> dict[str, list[Setting]]:
    """Return all settings, by the name of a group of them."""
    return {
        "ranker": [
            *(_ranker(n, share) for n, share in itertools.product((8, 12, 24, 40, 84), (1.0, 0.5))),
            *(_ranker(n, 0.1) for n in (24, 40, 84)),
            *(_ranker(n, 1.0, rounds=False) for n in (8, 24)),
        ],
        "panel": [
            *(_panel(n, jurors) for n, jurors in ((8, 3), (12, 5), (24, 7), (40, 5), (84, 17))),
            _panel(84, 17, 0.04),
        ],
        "interval": [
            Setting(
                f"panel {jurors} x {n}",
                partial(agreement.panel_interval, n=n, jurors=jurors),
                BOTH_UNITS,
            )
            for n, jurors in ((12, 3), (24, 7), (40, 17))
        ],
        "schedule": [
            Setting(f"unequal results only, {n}", partial(agreement.unequal_only, n=n), SCHEDULE)
            for n in (12, 40)
        ]
        + [
            Setting(
                "unequal results only, 40, win rates",
                partial(agreement.win_rates_of_unequal, n=40),
                slow=True,
            )
        ],
        "order": [
            *(
                _order(n, orders)
                for n in (10, 12, 24, 40)
                for orders in ("both", "one", "better", "own")
            ),
            *(_both_orders(n, 0.0) for n in (4, 8, 12, 40)),
            *(_both_orders(n, 1.0) for n in (10, 24)),
        ],
        "transitivity": [
            *(_flips(n) for n in (4, 5, 8, 20, 60)),
            _shuffled(4, 3),
            _shuffled(12, 5),
            _shuffled(24, 9, 0.04),
        ],
        "compare": [
            *(_two(n, *kind) for n in (12, 40) for kind in ((1.0, 0.0), (0.0, 0.0), (1.0, 1.0))),
            _two(84, 1.0, 1.0),
            Setting("four rankings of 24", partial(agreement.four_rankings, n=24), slow=True),
        ],
        "first": [
            *(_leaders(n, jurors) for n, jurors in ((12, 3), (12, 7), (12, 17), (40, 7))),
            _leaders(12, 5, near=False),
            _leaders(40, 17, near=False),
            *(_leaders_of_ranker(12, 1.0, near=near) for near in (True, False)),
            *(
                _leaders_of_ranker(40, share, near=near)
                for share in (1.0, 0.1)
                for near in (True, False)
            ),
        ],
        "band": [
            *(_panel_band(n, jurors) for n, jurors in ((12, 5), (24, 5), (84, 17))),
            *(_ranker_band(n, share) for n, share in ((24, 1.0), (40, 0.1))),
        ],
        "controls": [
            Setting(f"roster of {n}", partial(agreement.roster_values, n=n)) for n in (8, 12, 40)
        ],
    }


def _ranker(n: int, share: float, *, rounds: bool = True) -> Setting:
    kind = "" if rounds else ", no equal results"
    tests = partial(agreement.ranker, n=n, share=share, rounds=rounds)
    return Setting(f"ranker {n}, {share:.0%} of pairs{kind}", tests)


def _panel(n: int, jurors: int, recused: float = 0.0) -> Setting:
    tests = partial(agreement.panel, n=n, jurors=jurors, recused=recused)
    return Setting(f"panel {jurors} x {n}{_recusals(recused)}", tests)


def _order(n: int, orders: str) -> Setting:
    name = ORDERS[orders]
    return Setting(f"{n}, {name}", partial(consistency.order_effect, n=n, orders=orders), TWICE)


def _both_orders(n: int, spread: float) -> Setting:
    name = f"{n}, both orders, {'preferences' if spread else 'coin flips'}"
    return Setting(name, partial(consistency.both_orders, n=n, spread=spread), TWICE)


def _flips(n: int) -> Setting:
    lower = EXACT if n < 9 else ""
    return Setting(f"coin flips, {n}", partial(consistency.coin_flips, n=n), lower, slow=n < 41)


def _shuffled(n: int, jurors: int, recused: float = 0.0) -> Setting:
    tests = partial(consistency.shuffled_marks, n=n, jurors=jurors, recused=recused)
    return Setting(f"marks at random, {jurors} x {n}{_recusals(recused)}", tests, slow=n > 12)


def _two(n: int, related: float, shared: float) -> Setting:
    kind = "related to the result" if related else "unrelated"
    name = f"two rankings of {n}, {kind}{', shared errors' if shared else ''}"
    tests = partial(agreement.two_rankings, n=n, related=related, shared=shared)
    return Setting(name, tests, slow=n > 40)


def _leaders(n: int, jurors: int, *, near: bool = True) -> Setting:
    tests = partial(consistency.leaders_of_panel, n=n, jurors=jurors, near=near)
    return Setting(f"panel {jurors} x {n}, {'near' if near else 'two leaders'}", tests, slow=n > 12)


def _leaders_of_ranker(n: int, share: float, *, near: bool) -> Setting:
    name = f"ranker {n}, {share:.0%} of pairs, {'near' if near else 'two leaders'}"
    tests = partial(consistency.leaders_of_ranker, n=n, share=share, near=near)
    return Setting(name, tests, slow=True)


def _panel_band(n: int, jurors: int) -> Setting:
    tests = partial(agreement.hit_rate_of_panel, n=n, jurors=jurors)
    return Setting(f"panel {jurors} x {n}", tests)


def _ranker_band(n: int, share: float) -> Setting:
    tests = partial(agreement.hit_rate_of_ranker, n=n, share=share)
    return Setting(f"ranker {n}, {share:.0%} of pairs", tests, slow=True)


def _recusals(recused: float) -> str:
    return f", {recused:.0%} recused" if recused else ""


def print_sizes(fields: int, seed: int, groups: Collection[str] = ()) -> None:
    """Print a line for each test of some groups of settings, or of all.

    Parameters
    ----------
    fields : number of fields of each setting
    seed : seed of fields and tests
    groups : names of groups; all if there are none
    """
    print(f"{'test':<76}{'size, %':>9}{'error':>7}  conclusion")
    for group, members in settings().items():
        for setting in members if not groups or group in groups else ():
            for one in find_sizes(setting, fields, seed):
                numbers = f"{100 * one.share:>9.1f}{100 * one.error:>7.1f}"
                print(f"{one.name:<76}{numbers}  {one.conclusion}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--fields", type=int, default=2000, help="fields to simulate of each")
    parser.add_argument("--only", choices=settings(), nargs="+", help="these groups of settings")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    print_sizes(given.fields, given.seed, given.only or ())


if __name__ == "__main__":
    main()
