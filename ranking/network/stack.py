"""Several heads trained as one network: one pass of the data, one set of large operations.

Conventions
-----------
A stack holds K heads of one shape that see the same batches: settings and seeds of a grid. Every
weight is one tensor of shape (K, ...). The first convolution reads the input once for all, the
later ones are grouped, everything else is a batched product. Dropout draws what each head alone
would have drawn: from its own seed, in the order of its own layers, so that a head comes out of a
stack as it comes out of training by itself, to rounding.
That is why layers are written out: ``torch.func.vmap`` draws dropout of one rate from one stream,
and on a CPU is half as fast as heads one after another; modules with groups are as fast and as long
as this, and know one rate too.

A fast form of :class:`ranking.network.head.Head`, whose docstring says what they have in common.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn import functional

from ranking.network.head import Head, HeadConfig, make_head

MOMENTUM = 0.1  # of running statistics, as in torch.nn.BatchNorm2d
EPSILON = 1e-5


@dataclass(frozen=True)
class Noise:
    """Dropout of one step: what each layer's output is multiplied by, shape (K or 1, ...)."""

    convolutions: tuple[Tensor | float, ...]
    attention: Tensor | float
    mixed: Tensor | float
    inner: Tensor | float
    fed: Tensor | float


NONE = Noise((), 1.0, 1.0, 1.0, 1.0)


class Stack:
    """K heads as one network; :meth:`head` takes one out."""

    def __init__(self, heads: Sequence[Head], device: str | torch.device = "cpu") -> None:
        shapes = {replace(head.config, dropout=0.0) for head in heads}
        if len(shapes) != 1:
            raise ValueError(f"{len(shapes)} shapes of heads in one stack")
        self.configs: tuple[HeadConfig, ...] = tuple(head.config for head in heads)
        self.config = self.configs[0]
        for name in ("mean", "scale"):
            if any(not torch.equal(getattr(head, name), getattr(heads[0], name)) for head in heads):
                raise ValueError(f"heads of one stack are standardised alike; {name} differs")
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
        """Return one head, in eval mode, on the CPU."""
        head = make_head(self.configs[k])
        own = {**self.weights, **self.statistics}
        state = {key: values[k].detach() for key, values in own.items()}
        head.load_state_dict({**head.state_dict(), **state, "mean": self.mean, "scale": self.scale})
        return head.eval()

    def logits(self, segments: Tensor, mask: Tensor, noise: Noise | None = None) -> Tensor:
        """Return logits (K, N, classes); with noise, as in training, else as in judging.

        Parameters
        ----------
        segments : those with sound, shape (M, sides · F, D), in the order of the mask (N, S)
        """
        vectors = self._vectors(segments, noise)  # (K, M, width)
        tokens = vectors.new_zeros(len(self), *mask.shape, self.config.width)
        tokens[:, mask] = vectors
        kept = self._attended(tokens, mask, noise or NONE) * mask[None, :, :, None]
        return self._linear(kept.flatten(2), "output")

    def draw(self, segments: Tensor, mask: Tensor, seeds: Sequence[int]) -> Noise:
        """Return the dropout of a step, each head's by its seed."""
        own, device = self.config, mask.device
        n, s = mask.shape
        shapes = [
            *self._convolved(segments),
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
        *convolutions, attention, mixed, inner, fed = layers
        if isinstance(mixed, Tensor):
            mixed = mixed.transpose(1, 2)
        return Noise(tuple(convolutions), attention, mixed, inner, fed)

    def _convolved(self, segments: Tensor) -> list[tuple[int, ...]]:
        """Shapes of one head's convolutions of the segments."""
        own, m = self.config, len(segments)
        sizes = zip(own.channels[1:], own.sizes, strict=True)
        return [(m, channels, *size) for channels, size in sizes]

    def _vectors(self, segments: Tensor, noise: Noise | None) -> Tensor:
        """Vectors (K, M, width) of the segments."""
        own, k = self.config, len(self)
        x = (segments - self.mean).div_(self.scale).unsqueeze(1)  # (M, 1, sides*F, D)
        for layer in range(len(own.sizes)):
            weight = self.weights[f"convolutions.{layer}.weight"].flatten(0, 1)
            groups = k if layer else 1
            x = functional.conv2d(x, weight, None, own.stride, own.padding, groups=groups)
            x = torch.relu(self._normed(x, layer, training=noise is not None))  # (M, K*C, H, W)
            if noise is not None:
                x = self._dropped(x, noise.convolutions[layer])
        columns = x.reshape(len(x), k, -1).transpose(0, 1)  # (K, M, C*H*W)
        return self._linear(columns, "project")

    def _dropped(self, x: Tensor, keep: Tensor | float) -> Tensor:
        """Dropout of (M, K*C, H, W), where there is any."""
        if not isinstance(keep, Tensor):
            return x
        return (torch.unflatten(x, 1, (len(self), -1)) * keep.transpose(0, 1)).flatten(1, 2)

    def _normed(self, x: Tensor, layer: int, training: bool) -> Tensor:
        mean, variance = (
            self.statistics[f"norms.{layer}.running_{name}"].view(-1) for name in ("mean", "var")
        )
        gain, shift = (
            self.weights[f"norms.{layer}.{name}"].flatten() for name in ("weight", "bias")
        )
        return functional.batch_norm(x, mean, variance, gain, shift, training, MOMENTUM, EPSILON)

    def _attended(self, tokens: Tensor, mask: Tensor, noise: Noise) -> Tensor:
        own = self.config
        k, n, s, width = tokens.shape
        each = (k, n, s, own.attention_heads, width // own.attention_heads)
        q, key, value = (
            part.reshape(each).transpose(2, 3)  # (K, N, heads, S, width/heads)
            for part in self._linear(tokens, "attention.self_attn.in_proj").chunk(3, dim=-1)
        )
        scores = (q / each[-1] ** 0.5) @ key.transpose(-1, -2)
        scores = scores.masked_fill(~mask[None, :, None, None, :], -torch.inf)
        seen = ((scores.softmax(dim=-1) * noise.attention) @ value).transpose(2, 3).flatten(3)
        mixed = self._linear(seen, "attention.self_attn.out_proj") * noise.mixed
        x = self._layer_normed(tokens + mixed, "attention.norm1")
        inner = torch.relu(self._linear(x, "attention.linear1")) * noise.inner
        fed = self._linear(inner, "attention.linear2") * noise.fed
        return self._layer_normed(x + fed, "attention.norm2")

    def _linear(self, x: Tensor, name: str) -> Tensor:
        """Each head's own layer on its own (K, ..., in)."""
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
    """What torch's own dropout multiplies by, layer after layer, from a seed."""
    if p == 0:
        return [1.0] * len(shapes)
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.manual_seed(seed)
        return [functional.dropout(torch.ones(shape, device=device), p) for shape in shapes]


def _stacked(layers: Sequence[Tensor | float], device: torch.device) -> Tensor:
    shape = next(layer.shape for layer in layers if isinstance(layer, Tensor))
    return torch.stack([torch.as_tensor(one, device=device).expand(shape) for one in layers])
