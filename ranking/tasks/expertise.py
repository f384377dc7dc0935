"""Which of two recordings is the better playing: labels, and what logits say about it.

Conventions
-----------
Q(p) is the level of a recording, larger for better. Of an ordered pair (p1, p2) [1]_:
two classes, R2 = 1 if Q(p1) > Q(p2), 0 if Q(p1) < Q(p2); four classes, R4 = 0, 1, 2, 3 for
Q(p2) - Q(p1) = 2, 1 and Q(p1) - Q(p2) = 1, 2. The paper's levels are beginner 0, advanced 1 and
virtuoso 2; with more levels, R4 = 0 and 3 hold every difference of two or more. Equals are no pair.

References
----------
.. [1] H. Zhang, J. Liang, S. Dixon, "From audio encoders to piano judges", ISMIR 2024, eq. 1.
"""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from torch import Tensor

TASKS = {2: "expertise-2", 4: "expertise-4"}
"""Names of the task by its number of classes."""


def labels(gap: np.ndarray, classes: int) -> np.ndarray:
    """Return the class of pairs by Q(p1) - Q(p2), none of them 0 (Eq. 1).

    Raises
    ------
    ValueError
        If there is no such number of classes, or a pair of equals.
    """
    if classes not in TASKS:
        raise ValueError(f"{classes} classes: 2 or 4")
    if not np.all(gap):
        raise ValueError("a pair of equals has no class")
    if classes == 2:
        return (gap > 0).astype(np.int64)
    near = np.where(gap > 0, 2, 1)
    far = np.where(gap > 0, 3, 0)
    return np.where(np.abs(gap) >= 2, far, near).astype(np.int64)


def p_first(logits: "Tensor") -> "Tensor":
    """Return the probability that the first is the better, shape (N,), of logits (N, 2 or 4).

    Raises
    ------
    ValueError
        If there are other classes.
    """
    if logits.shape[-1] not in TASKS:
        raise ValueError(f"{logits.shape[-1]} classes: 2 or 4")
    p: Tensor = logits.softmax(dim=-1)[..., logits.shape[-1] // 2 :].sum(dim=-1)
    return p
