"""Losses by name: a value for each example, of logits and targets.

Conventions
-----------
Logits are (N, C) and of any device and float type; a loss is float32 and as long as they are,
whatever its parameters. Training and validation both give float32 logits, on one device.

Losses
------
* :func:`cross_entropy`: of classes.
* :func:`squared_earth_movers_distance`: of classes in order, such as grades [1]_.
* :func:`binary_cross_entropy`: of labels.
* :func:`cross_entropy_of_probabilities`, :func:`binary_cross_entropy_of_probabilities`: what the
  paper's release computes, which takes probabilities for logits: it cannot fall below
  log(1 + (C - 1) / e) of C classes, 0.313 of two.

References
----------
.. [1] L. Hou, C.-P. Yu, D. Samaras, "Squared earth mover's distance-based loss for training deep
   neural networks", arXiv:1611.05916, 2016.
"""

from collections.abc import Callable, Sequence
from functools import partial
from pkgutil import resolve_name

import torch
from torch import Tensor
from torch.nn import functional

from ranking.tasks.task import Loss


def loss_function(loss: Loss) -> Callable[..., Tensor]:
    """Return the loss as a function of logits (N, C) and targets, to values (N,).

    One of labels takes ``label_weights`` (N, C), too.

    Raises
    ------
    ValueError
        If there is none of its name.
    """
    try:
        function = resolve_name(loss.name if ":" in loss.name else f"{__name__}:{loss.name}")
    except (ImportError, AttributeError) as error:
        raise ValueError(f"no loss {loss.name!r} ({error})") from None
    return partial(function, **dict(loss.parameters))


def cross_entropy(
    logits: Tensor,
    targets: Tensor,
    weights: Sequence[float] | None = None,
    merged: Sequence[int] | None = None,
) -> Tensor:
    """Return the negative log-likelihood of each class, shape (N,).

    Parameters
    ----------
    logits : float, shape (N, C)
    targets : int, shape (N,)
    weights
        A weight for each class; None: all alike.
    merged
        A number for each class, equal for classes that count as one: their probabilities are added.
        None: each class by itself.
    """
    single = logits.float()
    each = None if weights is None else single.new_tensor(weights)
    if merged is None:
        return functional.cross_entropy(single, targets, each, reduction="none")
    number = targets.new_tensor(merged)
    other = number != number[targets].unsqueeze(1)  # (N, C)
    log_p = single.log_softmax(dim=1).masked_fill(other, -torch.inf).logsumexp(dim=1)
    return -log_p if each is None else -log_p * each[targets]


def cross_entropy_of_probabilities(logits: Tensor, targets: Tensor) -> Tensor:
    """Return the cross-entropy of probabilities that are taken for logits, shape (N,).

    Parameters
    ----------
    logits : float, shape (N, C)
    targets : int, shape (N,)
    """
    return cross_entropy(logits.float().softmax(dim=1), targets)


def squared_earth_movers_distance(logits: Tensor, targets: Tensor) -> Tensor:
    """Return the squared distance of cumulative probabilities from those of the truth, shape (N,).

    It is summed over the C - 1 places between two classes: a class that is further off costs more.

    Parameters
    ----------
    logits : float, shape (N, C)
    targets : int, shape (N,), in order
    """
    at_most = logits.float().softmax(dim=1).cumsum(dim=1)[:, :-1]  # (N, C-1)
    places = torch.arange(at_most.shape[1], device=targets.device)
    truth = (places >= targets.unsqueeze(1)).to(at_most.dtype)
    return (at_most - truth).square().sum(dim=1)


def binary_cross_entropy(
    logits: Tensor, targets: Tensor, label_weights: Tensor | None = None
) -> Tensor:
    """Return the negative log-likelihood of yes or no, averaged over the known labels, shape (N,).

    Parameters
    ----------
    logits : float, shape (N, C)
    targets : 0 or 1, or NaN where a label is not known, shape (N, C)
    label_weights : how much each counts, shape (N, C); None: all alike
    """
    single = targets.float()
    known = ~single.isnan()
    losses = functional.binary_cross_entropy_with_logits(
        logits.float(), single.nan_to_num(), label_weights, reduction="none"
    )
    return losses.masked_fill(~known, 0).sum(dim=1) / known.sum(dim=1).clamp_min(1)


def binary_cross_entropy_of_probabilities(
    logits: Tensor, targets: Tensor, label_weights: Tensor | None = None
) -> Tensor:
    """Return :func:`binary_cross_entropy` of probabilities that are taken for logits, shape (N,).

    Parameters
    ----------
    logits : float, shape (N, C)
    targets : 0 or 1, or NaN where a label is not known, shape (N, C)
    label_weights : how much each counts, shape (N, C); None: all alike
    """
    return binary_cross_entropy(logits.float().sigmoid(), targets, label_weights)
