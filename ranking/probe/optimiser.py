"""AdamW for stacked weights, where each of K runs has its own learning rate; and its schedule.

Conventions
-----------
As torch.optim.AdamW, which knows one learning rate for a tensor: here a weight is (K, ...), and
learning rate and weight decay are (K,). The decay is decoupled from the gradient [1]_. The learning
rate rises linearly during the warm-up and falls along half a cosine to zero. Each operation is one
call for all weights, torch's ``foreach``: on a GPU a few launches, and not some for each weight.
Otherwise than here, the release of the paper took Adam, at a constant learning rate of 5e-5.

References
----------
.. [1] I. Loshchilov, F. Hutter, "Decoupled weight decay regularization", ICLR 2019.
"""

import math
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from ranking.devices.transfer import to_device

BETAS = (0.9, 0.999)
EPSILON = 1e-8


class StackedAdamW:
    """Moments of the gradients; :meth:`step` moves the weights.

    Parameters
    ----------
    weights : stacked weights by name, shapes (K, ...)
    learning_rates : peak learning rate of each run, shape (K,)
    weight_decays : weight decay of each run, shape (K,)
    """

    def __init__(
        self,
        weights: Mapping[str, Tensor],
        learning_rates: Sequence[float],
        weight_decays: Sequence[float],
    ) -> None:
        self._weights = weights
        self._learning_rates = torch.tensor(learning_rates, dtype=torch.float64)
        self._weight_decays = torch.tensor(weight_decays, dtype=torch.float64)
        self.steps = 0
        self.moments = {
            f"{order}.{name}": torch.zeros_like(weight, requires_grad=False)
            for order in ("first", "second")
            for name, weight in weights.items()
        }

    @torch.no_grad()
    def step(self, factor: float) -> None:
        """Move by the gradients, at the learning rates times a factor; clear the gradients."""
        self.steps += 1
        rates = self._learning_rates * factor
        scale = (1 - BETAS[1] ** self.steps) ** 0.5
        moved = {name: own for name, own in self._weights.items() if own.grad is not None}
        if not moved:
            return
        weights = list(moved.values())
        gradients = [own.grad for own in weights if own.grad is not None]
        first, second = (
            [self.moments[f"{order}.{name}"] for name in moved] for order in ("first", "second")
        )
        torch._foreach_lerp_(first, gradients, 1 - BETAS[0])
        torch._foreach_mul_(second, BETAS[1])
        torch._foreach_addcmul_(second, gradients, gradients, value=1 - BETAS[1])
        torch._foreach_mul_(weights, self._for_each(1 - rates * self._weight_decays, weights))
        deviations = torch._foreach_sqrt(second)
        torch._foreach_div_(deviations, scale)
        torch._foreach_add_(deviations, EPSILON)
        steps = torch._foreach_div(first, deviations)
        torch._foreach_mul_(steps, self._for_each(rates / (1 - BETAS[0] ** self.steps), weights))
        torch._foreach_sub_(weights, steps)
        for weight in weights:
            weight.grad = None

    def _for_each(self, values: Tensor, weights: Sequence[Tensor]) -> list[Tensor]:
        """One value for each run, beside each weight (K, ...); copied to the device once."""
        there = to_device(values.to(weights[0].dtype), weights[0].device)
        return [there.view(-1, *[1] * (weight.ndim - 1)) for weight in weights]


def learning_rate_factor(step: int, steps: int, warmup: float) -> float:
    """Return the learning rate at a step as a share of its peak.

    Parameters
    ----------
    step
        Number of the step, from 0.
    steps
        Steps in all.
    warmup
        Share of the steps in which the learning rate rises, 0 to 1.
    """
    rise = warmup * steps
    if step < rise:
        return (step + 1) / (rise + 1)
    return (1 + math.cos(math.pi * (step - rise) / max(1.0, steps - rise))) / 2
