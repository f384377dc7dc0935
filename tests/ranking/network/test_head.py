"""The head against its formulas, written out; and silence that must not count."""

from dataclasses import asdict, astuple, replace

import numpy as np
import pytest
import torch
from heads import fixed_head
from torch import nn
from torch.nn import functional

from ranking.network.head import Head, HeadConfig, fit_scaler, make_head

SMALL = HeadConfig(frames=40, dimension=32, outputs=3, segments=5, width=8, feedforward=6)


def head_of(config: HeadConfig, seed: int = 0) -> Head:
    """A head in eval mode, its statistics and standardisation not those of a new one."""
    head = make_head(config, seed)
    generator = torch.Generator().manual_seed(seed)
    biases = [convolution.bias for convolution in head.convolutions]
    for tensor in (head.mean, *biases, *(norm.running_mean for norm in head.norms)):
        tensor.copy_(torch.randn(tensor.shape, generator=generator))
    for tensor in (head.scale, *(norm.running_var for norm in head.norms)):
        tensor.copy_(torch.rand(tensor.shape, generator=generator) + 0.5)
    return head.eval()


def example(config: HeadConfig, n: int = 4, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    """Embeddings and a mask with silence at the end of some."""
    generator = torch.Generator().manual_seed(seed)
    shape = (n, config.segments, config.inputs * config.frames, config.dimension)
    lengths = torch.arange(n) % config.segments + 1
    mask = torch.arange(config.segments) < lengths[:, None]
    return torch.randn(shape, generator=generator), mask


def written_out(head: Head, x: np.ndarray, sounding: int) -> np.ndarray:
    """Logits of one example in float64: sums and loops instead of torch's layers."""
    own = head.config
    weights = {key: value.double().numpy() for key, value in head.state_dict().items()}
    tokens = np.zeros((sounding, own.width))
    for s in range(sounding):
        image = ((x[s] - weights["mean"]) / weights["scale"])[np.newaxis]
        for layer in range(len(own.channels) - 1):
            kernel, bias = (weights[f"convolutions.{layer}.{name}"] for name in ("weight", "bias"))
            padded = np.pad(image, ((0, 0), (own.padding, own.padding), (own.padding, own.padding)))
            patches = np.lib.stride_tricks.sliding_window_view(
                padded, (own.kernel, own.kernel), axis=(1, 2)
            )[:, :: own.stride, :: own.stride]
            image = np.einsum("irckl,oikl->orc", patches, kernel) + bias[:, None, None]
            mean, variance, gain, shift = (
                weights[f"norms.{layer}.{name}"][:, None, None]
                for name in ("running_mean", "running_var", "weight", "bias")
            )
            image = np.maximum((image - mean) / np.sqrt(variance + 1e-5) * gain + shift, 0)
        tokens[s] = weights["project.weight"] @ image.ravel() + weights["project.bias"]
    attended = transformer(tokens, weights, own.attention_heads)
    everything = np.zeros((own.segments, own.width))
    everything[:sounding] = attended
    return weights["output.weight"] @ everything.ravel() + weights["output.bias"]


def transformer(x: np.ndarray, weights: dict[str, np.ndarray], heads: int) -> np.ndarray:
    def w(name: str) -> np.ndarray:
        return weights[f"attention.{name}"]

    def normed(y: np.ndarray, name: str) -> np.ndarray:
        y = (y - y.mean(1, keepdims=True)) / np.sqrt(y.var(1, keepdims=True) + 1e-5)
        return y * w(f"{name}.weight") + w(f"{name}.bias")

    q, k, v = np.split(x @ w("self_attn.in_proj_weight").T + w("self_attn.in_proj_bias"), 3, axis=1)
    parts = []
    for q_h, k_h, v_h in zip(*(np.split(m, heads, axis=1) for m in (q, k, v)), strict=True):
        scores = np.exp(q_h @ k_h.T / np.sqrt(q_h.shape[1]))
        parts.append(scores / scores.sum(1, keepdims=True) @ v_h)
    mixed = np.hstack(parts) @ w("self_attn.out_proj.weight").T + w("self_attn.out_proj.bias")
    x = normed(x + mixed, "norm1")
    inner = np.maximum(x @ w("linear1.weight").T + w("linear1.bias"), 0)
    return normed(x + inner @ w("linear2.weight").T + w("linear2.bias"), "norm2")


@pytest.mark.parametrize(
    "config",
    [
        SMALL,
        HeadConfig(frames=21, dimension=30, outputs=2, inputs=2, segments=4),
        HeadConfig(20, 16, 4, 2, 3, channels=(1, 3), kernel=4, stride=3, padding=0, width=12),
        HeadConfig(9, 7, 1, 2, 2, channels=(1, 2, 2, 1), kernel=3, stride=1, padding=2),
    ],
)
def test_logits_are_those_of_the_formulas_written_out(config):
    head = head_of(config)
    x, mask = example(config)
    with torch.no_grad():
        logits = head(x, mask).numpy()
        precise = head.double()(x.double(), mask).numpy()
    expected = np.stack(
        [written_out(head, x[n].double().numpy(), int(mask[n].sum())) for n in range(len(x))]
    )
    np.testing.assert_allclose(precise, expected, rtol=0, atol=1e-12)
    np.testing.assert_allclose(logits, expected, rtol=0, atol=1e-5)


def test_the_published_shapes_are_the_default():
    config = HeadConfig(frames=1500, dimension=128, outputs=2, inputs=2)
    assert config.sizes == [(600, 25), (120, 5)]
    head = make_head(config)
    assert [c.kernel_size + c.stride for c in head.convolutions] == [(7, 7, 5, 5)] * 2
    assert head.project.out_features == 128
    assert head.output.in_features == 30 * 128


@pytest.mark.parametrize("training", [False, True])
def test_values_of_segments_without_sound_do_not_matter(training):
    x, mask = example(SMALL)
    garbage = torch.where(mask[..., None, None], x, 1e3 * torch.randn_like(x) + 7)
    results = []
    for given in (x, garbage):
        head = head_of(SMALL).train(training)
        with torch.random.fork_rng():
            torch.manual_seed(1)
            logits = head(given, mask)
        functional.cross_entropy(logits, torch.tensor([0, 1, 2, 0])).backward()
        results.append(
            [
                logits,
                *(p.grad for p in head.parameters() if p.requires_grad),
                *(n.running_var for n in head.norms),
            ]
        )
    assert all(torch.equal(one, other) for one, other in zip(*results, strict=True))


def test_batch_statistics_are_those_of_the_segments_with_sound():
    head = make_head(SMALL).train()
    x, mask = example(SMALL)
    head(x, mask)
    first = head.convolutions[0](x[mask].unsqueeze(1)).transpose(0, 1).flatten(1)
    torch.testing.assert_close(head.norms[0].running_mean, 0.1 * first.mean(1))
    torch.testing.assert_close(head.norms[0].running_var, 0.9 + 0.1 * first.var(1))


def test_mean_and_scale_are_those_of_the_training_data():
    generator = torch.Generator().manual_seed(0)
    wanted = torch.linspace(-300, 50, SMALL.dimension), torch.linspace(0.5, 9, SMALL.dimension)
    x, mask = example(SMALL, n=6)
    x = torch.randn(x.shape, generator=generator) * wanted[1] + wanted[0]
    x[..., 3] = -23.0
    x[~mask] = 1e6
    head = make_head(SMALL)
    fit_scaler(head, [x[:2][mask[:2]], x[2:][mask[2:]]])
    sound = x[mask].flatten(0, 1).double()
    expected = sound.std(0, correction=0)
    expected[3] = 1
    torch.testing.assert_close(head.mean.double(), sound.mean(0), rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(head.scale.double(), expected, rtol=1e-5, atol=1e-5)


def test_a_seed_determines_a_head_and_leaves_the_global_state_alone():
    before = torch.get_rng_state()
    one, same, other = make_head(SMALL, 1), make_head(SMALL, 1), make_head(SMALL, 2)
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(one.project.weight, same.project.weight)
    assert not torch.equal(one.project.weight, other.project.weight)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"outputs": 0}, "outputs 0: at least 1"),
        ({"attention_heads": 3}, "width 8 is not divisible by 3 heads"),
        ({"channels": (2, 1)}, "channels"),
        ({"dropout": 1.0}, "out of range"),
        ({"dimension": 20}, "too small to be convolved"),
    ],
)
def test_impossible_shapes_are_refused(changed, words):
    with pytest.raises(ValueError, match=words):
        replace(SMALL, **changed)


def test_wrong_shapes_and_silent_examples_are_refused():
    head = make_head(SMALL)
    x, mask = example(SMALL)
    with pytest.raises(ValueError, match="not N ×"):
        head(x[:, :, 1:], mask)
    with pytest.raises(ValueError, match="no segment with sound"):
        head(x, torch.zeros_like(mask))
    assert isinstance(head, nn.Module)


ON_DISK = HeadConfig(20, 30, 2, 2, 30, (1, 3, 1), 5, 4, 2, 12, 3, 7, 0.25)


def test_a_hash_stays_what_it_was_when_votes_were_cached_by_it():
    """Fields are hashed under their first names, whatever they are called now."""
    assert fixed_head(ON_DISK).sha256 == (
        "947515c883d672563199a567bce66bf0ac347bc66011de0dd243d5d454208c10"
    )


def test_the_hash_covers_every_field_of_a_shape():
    assert tuple(ON_DISK.on_disk.values()) == astuple(ON_DISK)
    for name, value in asdict(ON_DISK).items():
        other = {"channels": (1, 2, 1)}.get(name, value / 2 if name == "dropout" else 2 * value)
        assert fixed_head(replace(ON_DISK, **{name: other})).sha256 != (fixed_head(ON_DISK).sha256)
