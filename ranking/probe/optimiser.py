"""AdamW for stacked weights, where each of K runs has its own rate and decay; and its schedule.

Conventions
-----------
As torch.optim.AdamW, which knows one rate for a tensor: here a weight is (K, ...) and rate and
decay are (K,). The decay is decoupled from the gradient [1]_. The rate rises in even steps for
a share of the fit, the warm-up, and falls along half a cosine to nothing.

References
----------
.. [1] I. Loshchilov, F. Hutter, "Decoupled weight decay regularization", ICLR 2019.
"""

import math
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

BETAS = (0.9, 0.999)
EPSILON = 1e-8


class StackedAdamW:
    """Moments of the gradients; :meth:`step` moves the weights."""

    def __init__(
        self, weights: Mapping[str, Tensor], rates: Sequence[float], decays: Sequence[float]
    ) -> None:
        self._weights = weights
        self._rates = torch.tensor(rates, dtype=torch.float64)
        self._decays = torch.tensor(decays, dtype=torch.float64)
        self.steps = 0
        self.moments = {
            f"{order}.{name}": torch.zeros_like(weight, requires_grad=False)
            for order in ("first", "second")
            for name, weight in weights.items()
        }

    @torch.no_grad()
    def step(self, factor: float) -> None:
        """Move by the gradients, at the rates times a factor, and forget the gradients."""
        self.steps += 1
        rates = self._rates * factor
        scale = (1 - BETAS[1] ** self.steps) ** 0.5
        move = rates / (1 - BETAS[0] ** self.steps)
        kept = 1 - rates * self._decays
        for name, weight in self._weights.items():
            if weight.grad is None:
                continue
            first, second = self.moments[f"first.{name}"], self.moments[f"second.{name}"]
            first.lerp_(weight.grad, 1 - BETAS[0])
            second.mul_(BETAS[1]).addcmul_(weight.grad, weight.grad, value=1 - BETAS[1])
            weight.mul_(_along(kept, weight))
            weight.sub_(first / (second.sqrt() / scale + EPSILON) * _along(move, weight))
            weight.grad = None


def rate_factor(step: int, steps: int, warm_up: float) -> float:
    """Share of the highest rate at a step, from 0: a rise, then half a cosine."""
    rise = warm_up * steps
    if step < rise:
        return (step + 1) / (rise + 1)
    return (1 + math.cos(math.pi * (step - rise) / max(1.0, steps - rise))) / 2


def _along(values: Tensor, weight: Tensor) -> Tensor:
    """One value for each run, beside a weight (K, ...)."""
    shape = (-1, *[1] * (weight.ndim - 1))
    return values.to(weight.device, weight.dtype).view(shape)
