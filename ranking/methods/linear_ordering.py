"""The linear ordering problem: the order that fewest comparisons contradict, and how surely.

Conventions
-----------
*Margins* say by how many wins one leads another: an antisymmetric matrix (n, n). An order costs the
margins of all pairs in which the one who trails stands above; the order of least cost is sought
[1]_. A good order comes from moving one candidate at a time for as long as that gains. A variable
by pair says who stands above; that no three form a cycle are the constraints of a linear
program, of which only violated ones are added, round by round [2]_. Its least cost is a *bound*
that no order stays below; where the best order found reaches it, it is proven best. Where it does
not, variables are made integers, and HiGHS [3]_ branches on them.

References
----------
.. [1] R. Martí, G. Reinelt, "The Linear Ordering Problem", Springer 2011.
.. [2] M. Grötschel, M. Jünger, G. Reinelt, "A cutting plane algorithm for the linear ordering
   problem", Operations Research 1984.
.. [3] Q. Huangfu, J. A. J. Hall, "Parallelizing the dual revised simplex method", Mathematical
   Programming Computation 2018.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

SECONDS = 10.0
"""Time limit of one linear or integer program."""
MAX_ROUNDS = 60
"""Largest number of times that violated constraints are added."""
MAX_EXACT = 150
"""Number of candidates above which an order is only improved, and nothing is proven."""
TOLERANCE = 1e-9
"""Costs closer than this, relative to the sum of all margins, are equal."""
SLACK = 0.05  # what rounding may add to a bound of integers
VIOLATED = 1e-6  # by how much three must exceed a constraint


@dataclass(frozen=True)
class Order:
    """The best order found, and what is known of better ones."""

    order: np.ndarray
    """Candidates (indices), best first; int, shape (n,)."""
    cost: float
    """Margins that the order contradicts."""
    bound: float
    """Cost that no order stays below; the cost itself, where the order is proven best."""

    @property
    def proven(self) -> bool:
        """Whether no order costs less."""
        return self.bound >= self.cost


def best_order(
    margin: np.ndarray, start: np.ndarray | None = None, seconds: float = SECONDS
) -> Order:
    """Return the order that contradicts least of the margins (n, n), row over column.

    Parameters
    ----------
    margin : float array, shape (n, n)
        Antisymmetric; all integers, or any numbers.
    start : int array, shape (n,), or None
        An order to improve; None: by sums of margins.
    seconds
        Time limit of one program.
    """
    by_sums = np.argsort(-margin.sum(axis=1), kind="stable")
    best = improved(margin, by_sums if start is None else start)
    cost = contradicted(margin, best)
    if cost == 0 or len(margin) > MAX_EXACT:
        return Order(best, cost, 0.0)
    integers = bool((margin == np.round(margin)).all())
    slack, bound = (SLACK if integers else TOLERANCE * float(np.abs(margin).sum())), 0.0
    for above, least in _Programs(margin).solve(seconds):
        order = improved(margin, np.argsort(-above.sum(axis=1), kind="stable"))
        if contradicted(margin, order) < cost:
            best, cost = order, contradicted(margin, order)
        bound = max(bound, float(np.ceil(least - slack) if integers else least))
        if bound >= cost - slack:
            return Order(best, cost, cost)
    return Order(best, cost, bound)


def contradicted(margin: np.ndarray, order: np.ndarray) -> float:
    """Return the margins of the pairs in which the one who trails stands above."""
    upper = np.triu(margin[np.ix_(order, order)], 1)
    return float(-upper[upper < 0].sum())


def improved(margin: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Return an order after moves of one candidate each, while that gains."""
    order, min_gain = np.array(order), TOLERANCE * np.abs(margin).sum()
    gained = True
    while gained:
        gained = False
        for one in order.copy():
            at = int(np.flatnonzero(order == one)[0])
            others = np.delete(order, at)
            over_above = np.append(0.0, np.cumsum(margin[one, others]))  # those above, by place
            to = int(np.argmin(over_above))
            if over_above[at] - over_above[to] > min_gain:
                order, gained = np.insert(others, to, one), True
    return order


class _Programs:
    """Programs of one ordering problem, each with more constraints than the one before."""

    def __init__(self, margin: np.ndarray) -> None:
        n = len(margin)
        self.size, self.pairs = n, np.triu_indices(n, 1)
        self.gain = margin[self.pairs]
        self.contradicted_by_zeros = float(self.gain[self.gain > 0].sum())
        self.variable = np.zeros((n, n), dtype=int)
        self.variable[self.pairs] = np.arange(len(self.gain))
        self.variable += self.variable.T
        self.rows: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []

    def solve(self, seconds: float) -> Iterator[tuple[np.ndarray, float]]:
        """Yield who stands above whom (n, n), maybe in part, and a bound of the cost."""
        integral = False
        for _ in range(MAX_ROUNDS):
            found = self._program(integral, seconds)
            finished = found.status == 0
            bound = found.mip_dual_bound if integral else found.fun if finished else -np.inf
            above = np.zeros((self.size, self.size)) if found.x is None else self._above(found.x)
            yield above, self.contradicted_by_zeros + bound
            if not finished:
                return
            if not self._add_violated(above):
                if integral:
                    return
                integral = True

    def _program(self, integral: bool, seconds: float) -> Any:
        from scipy.optimize import Bounds, LinearConstraint, milp  # half a second to load
        from scipy.sparse import csr_matrix

        constraints = []
        if self.rows:
            signs, variables, most = (np.concatenate(part) for part in zip(*self.rows, strict=True))
            ends = np.arange(0, signs.size + 1, 3)
            shape = (len(signs), len(self.gain))
            matrix = csr_matrix((signs.ravel(), variables.ravel(), ends), shape=shape)
            constraints = [LinearConstraint(matrix, -np.inf, most)]
        return milp(
            -self.gain,
            integrality=np.full(len(self.gain), int(integral)),
            bounds=Bounds(0, 1),
            constraints=constraints,
            options={"time_limit": seconds, "mip_rel_gap": 0.0},
        )

    def _above(self, x: np.ndarray) -> np.ndarray:
        above = np.zeros((self.size, self.size))
        above[self.pairs] = x
        return above + np.tril(1 - above.T, -1)

    def _add_violated(self, above: np.ndarray) -> bool:
        """Add the constraints that three of the candidates violate most; whether there were any."""
        i, j, k, excess = _cycles(above)
        if not len(i):
            return False
        worst = np.argsort(-excess, kind="stable")[: max(1000, 2 * len(self.gain))]
        ends = [(i[worst], j[worst]), (j[worst], k[worst]), (k[worst], i[worst])]
        signs = np.stack([np.where(one < other, 1.0, -1.0) for one, other in ends], axis=1)
        variables = np.stack([self.variable[one, other] for one, other in ends], axis=1)
        self.rows.append((signs, variables, 2.0 - (signs < 0).sum(axis=1)))
        return True


def _cycles(above: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Three who stand each above the next, more than two of them can; and by how much more."""
    nobody = np.empty(0, dtype=int)
    found = [(nobody, nobody, nobody, np.empty(0))]
    for i in range(len(above) - 2):
        rest = slice(i + 1, None)
        total = above[i, rest][:, np.newaxis] + above[rest, rest] + above[rest, i]
        np.fill_diagonal(total, 0)
        j, k = np.nonzero(total > 2 + VIOLATED)
        found.append((np.full(len(j), i), j + i + 1, k + i + 1, total[j, k] - 2))
    first, second, third, excess = (np.concatenate(part) for part in zip(*found, strict=True))
    return first, second, third, excess
