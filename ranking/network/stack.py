"""Several heads trained as one network: one pass of the data, one set of large operations.

Conventions
-----------
A stack holds K heads of one shape that are trained on the same batches: the settings and seeds of a
grid. Every weight is one tensor of shape (K, ...), as ``torch.func.stack_module_state`` has it. The
first convolution reads the input once for all heads, the later ones are grouped, everything else is
a batched product. Each head's dropout masks are those that it would have drawn alone, from its own
seed and in the order of its own layers: so a head comes out of a stack as it comes out of training
by itself, to rounding.
That is why layers are written out: ``torch.func.vmap`` draws dropout of one rate from one random
stream, and on a CPU is half as fast as heads one after another; modules with groups are as fast and
as long as this, and know one rate too.

A fast form of :class:`ranking.network.head.Head`, whose docstring says what they have in common.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn import functional

from ranking.devices.transfer import to_device
from ranking.network.head import Head, HeadConfig, make_head, scatter_segments

MOMENTUM = 0.1  # of running statistics, as in torch.nn.BatchNorm2d
EPSILON = 1e-5


@dataclass(frozen=True)
class DropoutMasks:
    """Scaled dropout masks of one step: factors of a layer's output, shape (K or 1, ...), or 1."""

    convolutions: tuple[Tensor | float, ...]
    """Masks of the output of each convolution."""
    attention: Tensor | float
    """Mask of the attention weights."""
    attended: Tensor | float
    """Mask of the output of the attention."""
    hidden: Tensor | float
    """Mask of the hidden layer of the feedforward network."""
    output: Tensor | float
    """Mask of the output of the feedforward network."""


NO_DROPOUT = DropoutMasks((), 1.0, 1.0, 1.0, 1.0)


class HeadStack:
    """K heads as one network; :meth:`head` returns one of them.

    Parameters
    ----------
    heads
        Heads of equal shape and standardisation, but for the dropout rate.
    device
        Where weights and statistics go.

    Raises
    ------
    ValueError
        If shapes or standardisations differ.
    """

    def __init__(self, heads: Sequence[Head], device: str | torch.device = "cpu") -> None:
        shapes = {replace(head.config, dropout=0.0) for head in heads}
        if len(shapes) != 1:
            raise ValueError(f"heads of {len(shapes)} shapes in one stack")
        self.configs: tuple[HeadConfig, ...] = tuple(head.config for head in heads)
        self.config = self.configs[0]
        for name in ("mean", "scale"):
            if any(not torch.equal(getattr(head, name), getattr(heads[0], name)) for head in heads):
                raise ValueError(f"the heads of a stack must share their {name}, and it differs")
        self.mean, self.scale = heads[0].mean.to(device), heads[0].scale.to(device)
        trained = {key for key, weight in heads[0].named_parameters() if weight.requires_grad}
        states = [head.state_dict() for head in heads]
        stacked = {
            key: torch.stack([state[key] for state in states]).to(device)
            for key in states[0]
            if key in trained or "running" in key
        }
        self.weights = {key: stacked[key].requires_grad_() for key in stacked if key in trained}
        self.statistics = {key: stacked[key] for key in stacked if key not in trained}

    def __len__(self) -> int:
        return len(self.configs)

    def head(self, k: int) -> Head:
        """Return a copy of head ``k``, in eval mode, on the CPU."""
        head = make_head(self.configs[k])
        own = {**self.weights, **self.statistics}
        state = {key: values[k].detach() for key, values in own.items()}
        head.load_state_dict({**head.state_dict(), **state, "mean": self.mean, "scale": self.scale})
        return head.eval()

    def logits(self, segments: Tensor, mask: Tensor, dropout: DropoutMasks | None = None) -> Tensor:
        """Return logits (K, N, C) of each head from only the segments with sound.

        Parameters
        ----------
        segments : float tensor, shape (M, inputs · F, D)
            Those where the mask is true, in its order.
        mask : bool tensor, shape (N, S)
            True where there is sound; best on the CPU, whichever device computes.
        dropout
            Masks of a training step; None for eval mode.
        """
        vectors = self._vectors(segments, dropout)  # (K, M, width)
        tokens = scatter_segments(vectors, mask, dim=1)
        partly = None if vectors.shape[1] == mask.numel() else to_device(mask, vectors.device)
        attended = self._attended(tokens, partly, dropout or NO_DROPOUT)
        if partly is not None:
            attended = attended * partly[None, :, :, None]
        return self._linear(attended.flatten(2), "output")

    def draw_dropout(self, segments: Tensor, mask: Tensor, seeds: Sequence[int]) -> DropoutMasks:
        """Return the dropout masks of a training step.

        Parameters
        ----------
        segments, mask
            As :meth:`logits` takes them; only their shapes matter.
        seeds
            One for each head.
        """
        own, device = self.config, self.mean.device
        n, s = mask.shape
        shapes = [
            *self._convolution_shapes(segments),
            (n, own.attention_heads, s, s),
            (s, n, own.width),  # torch's attention works segment by segment
            (n, s, own.feedforward),
            (n, s, own.width),
        ]
        rates = (config.dropout for config in self.configs)
        kinds = [(p, seed if p else 0) for p, seed in zip(rates, seeds, strict=True)]
        drawn = {kind: _draw(shapes, *kind, device) for kind in dict.fromkeys(kinds)}
        if len(drawn) == 1:
            layers = [
                layer if isinstance(layer, float) else layer[None] for layer in drawn[kinds[0]]
            ]
        else:
            each = zip(*(drawn[kind] for kind in kinds), strict=True)
            layers = [_stacked(layer, device) for layer in each]
        *convolutions, attention, attended, hidden, output = layers
        if isinstance(attended, Tensor):
            attended = attended.transpose(1, 2)
        return DropoutMasks(tuple(convolutions), attention, attended, hidden, output)

    def _convolution_shapes(self, segments: Tensor) -> list[tuple[int, ...]]:
        """Shape of the output of each convolution of one head."""
        own, m = self.config, len(segments)
        sizes = zip(own.channels[1:], own.sizes, strict=True)
        return [(m, channels, *size) for channels, size in sizes]

    def _vectors(self, segments: Tensor, dropout: DropoutMasks | None) -> Tensor:
        """Vectors (K, M, width) of the segments."""
        own, k = self.config, len(self)
        x = (segments - self.mean).div_(self.scale).unsqueeze(1)  # (M, 1, inputs*F, D)
        for layer in range(len(own.sizes)):
            weight = self.weights[f"convolutions.{layer}.weight"].flatten(0, 1)
            groups = k if layer else 1
            x = functional.conv2d(x, weight, None, own.stride, own.padding, groups=groups)
            x = torch.relu(self._normed(x, layer, training=dropout is not None))  # (M, K*C, H, W)
            if dropout is not None:
                x = self._masked(x, dropout.convolutions[layer])
        columns = x.reshape(len(x), k, -1).transpose(0, 1)  # (K, M, C*H*W)
        return self._linear(columns, "project")

    def _masked(self, x: Tensor, dropout: Tensor | float) -> Tensor:
        """The output of a convolution (M, K*C, H, W) with dropout, if there is any."""
        if not isinstance(dropout, Tensor):
            return x
        return (torch.unflatten(x, 1, (len(self), -1)) * dropout.transpose(0, 1)).flatten(1, 2)

    def _normed(self, x: Tensor, layer: int, training: bool) -> Tensor:
        mean, variance = (
            self.statistics[f"norms.{layer}.running_{name}"].view(-1) for name in ("mean", "var")
        )
        gain, shift = (
            self.weights[f"norms.{layer}.{name}"].flatten() for name in ("weight", "bias")
        )
        return functional.batch_norm(x, mean, variance, gain, shift, training, MOMENTUM, EPSILON)

    def _attended(self, tokens: Tensor, mask: Tensor | None, dropout: DropoutMasks) -> Tensor:
        own = self.config
        k, n, s, width = tokens.shape
        each = (k, n, s, own.attention_heads, width // own.attention_heads)
        q, key, value = (
            part.reshape(each).transpose(2, 3)  # (K, N, heads, S, width/heads)
            for part in self._linear(tokens, "attention.self_attn.in_proj").chunk(3, dim=-1)
        )
        scores = (q / each[-1] ** 0.5) @ key.transpose(-1, -2)
        if mask is not None:
            scores = scores.masked_fill(~mask[None, :, None, None, :], -torch.inf)
        seen = ((scores.softmax(dim=-1) * dropout.attention) @ value).transpose(2, 3).flatten(3)
        attended = self._linear(seen, "attention.self_attn.out_proj") * dropout.attended
        x = self._layer_normed(tokens + attended, "attention.norm1")
        hidden = torch.relu(self._linear(x, "attention.linear1")) * dropout.hidden
        output = self._linear(hidden, "attention.linear2") * dropout.output
        return self._layer_normed(x + output, "attention.norm2")

    def _linear(self, x: Tensor, name: str) -> Tensor:
        """A linear layer of each head on its own input (K, ..., in)."""
        join = "_" if name.endswith("in_proj") else "."
        weight, bias = (self.weights[f"{name}{join}{part}"] for part in ("weight", "bias"))
        flat = x.flatten(1, -2)
        out = torch.baddbmm(bias.unsqueeze(1), flat, weight.transpose(1, 2))
        return out.view(*x.shape[:-1], -1)

    def _layer_normed(self, x: Tensor, name: str) -> Tensor:
        gain, shift = (self.weights[f"{name}.{part}"][:, None, None] for part in ("weight", "bias"))
        return functional.layer_norm(x, x.shape[-1:], eps=EPSILON) * gain + shift


def _draw(
    shapes: Sequence[tuple[int, ...]], p: float, seed: int, device: torch.device
) -> list[Tensor | float]:
    """The masks that torch's own dropout draws from a seed, layer after layer."""
    if p == 0:
        return [1.0] * len(shapes)
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.manual_seed(seed)
        return [functional.dropout(torch.ones(shape, device=device), p) for shape in shapes]


def _stacked(layers: Sequence[Tensor | float], device: torch.device) -> Tensor:
    shape = next(layer.shape for layer in layers if isinstance(layer, Tensor))
    return torch.stack(
        [
            one if isinstance(one, Tensor) else torch.full(shape, one, device=device)
            for one in layers
        ]
    )
