"""AdamW of a stack is torch's of each run, and has the bytes of one weight after another."""

import pytest
import torch

from ranking.probe.optimiser import BETAS, EPSILON, StackedAdamW

SHAPES = {"a": (3, 4, 5), "b": (3, 7), "frozen": (3, 2)}
RATES, DECAYS = [1e-3, 1e-2, 3e-4], [0.0, 0.1, 0.01]


def weights(device="cpu"):
    drawn = torch.Generator().manual_seed(0)
    return {
        name: torch.randn(shape, generator=drawn).to(device).requires_grad_()
        for name, shape in SHAPES.items()
    }


def give_gradients(own, step):
    drawn = torch.Generator().manual_seed(step)
    for name, weight in own.items():
        if name != "frozen":
            weight.grad = torch.randn(weight.shape, generator=drawn).to(weight.device)


def test_each_run_moves_as_torchs_adamw_moves_it():
    own = weights()
    stacked = StackedAdamW(own, RATES, DECAYS)
    alone = [
        {name: weight.detach()[k].clone().requires_grad_() for name, weight in own.items()}
        for k in range(3)
    ]
    optimisers = [
        torch.optim.AdamW(own.values(), rate, BETAS, EPSILON, weight_decay)
        for own, rate, weight_decay in zip(alone, RATES, DECAYS, strict=True)
    ]
    for step in range(5):
        give_gradients(own, step)
        for k, (one, optimiser) in enumerate(zip(alone, optimisers, strict=True)):
            for name in ("a", "b"):
                one[name].grad = own[name].grad[k].clone()
            optimiser.step()
        stacked.step(1.0)
    for k, one in enumerate(alone):
        for name, weight in one.items():
            torch.testing.assert_close(own[name].detach()[k], weight.detach(), rtol=0, atol=1e-6)


@torch.no_grad()
def step_weight_by_weight(own, moments, number, factor):
    """As it was before operations went to all weights at once."""
    rates = torch.tensor(RATES, dtype=torch.float64) * factor
    shrinkage = 1 - rates * torch.tensor(DECAYS, dtype=torch.float64)
    scale, move = (1 - BETAS[1] ** number) ** 0.5, rates / (1 - BETAS[0] ** number)
    for name, weight in own.items():
        if weight.grad is None:
            continue
        first, second = moments.setdefault(
            name, (torch.zeros_like(weight), torch.zeros_like(weight))
        )
        beside = (-1, *[1] * (weight.ndim - 1))
        first.lerp_(weight.grad, 1 - BETAS[0])
        second.mul_(BETAS[1]).addcmul_(weight.grad, weight.grad, value=1 - BETAS[1])
        weight.mul_(shrinkage.float().view(beside))
        weight.sub_(first / (second.sqrt() / scale + EPSILON) * move.float().view(beside))


def test_all_weights_at_once_have_the_bytes_of_one_after_another():
    own, other, moments = weights(), weights(), {}
    stacked = StackedAdamW(own, RATES, DECAYS)
    for step in range(6):
        give_gradients(own, step)
        give_gradients(other, step)
        stacked.step(0.9**step)
        step_weight_by_weight(other, moments, step + 1, 0.9**step)
    assert all(torch.equal(own[name], other[name]) for name in own)
    assert all(weight.grad is None for weight in own.values())


@pytest.mark.parametrize("device", ["meta"])  # whose values cannot be read
def test_a_step_waits_for_no_value(device):
    own = weights(device)
    stacked = StackedAdamW(own, RATES, DECAYS)
    give_gradients(own, 0)
    stacked.step(1.0)
    assert own["a"].grad is None
