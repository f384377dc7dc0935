"""What ``gpu.py`` measures of encoders: parity with the CPU, and speed from sound file to store.

Weights are random, in the published layout. Parity is that of float32, without TF32; where an
encoder runs in bfloat16, that is another row. Seconds are those that more sound takes, so neither
loading a network nor starting processes counts.
"""

import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import torch
from gpu_table import Row, published_rate
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from ranking.devices.precision import full_float32
from ranking.embeddings.choice import EncoderChoice
from ranking.embeddings.workers import EmbeddingSettings, default_workers, embed_all
from ranking.encoders import audiomae, dac, jukebox, load_encoder, mert, spec_of
from ranking.encoders.base import SegmentEncoder

NAMES = ("spectrogram", "audiomae", "mert", "dac", "jukebox")
SMALL: Mapping[str, Mapping[str, Any]] = {
    "audiomae": {"embed_dim": 48, "depth": 1, "num_heads": 2},
    "mert": {
        **mert.CONFIG,
        "hidden_size": 32,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "intermediate_size": 64,
        "conv_dim": [16] * 7,
    },
    "dac": {"encoder_dim": 4, "decoder_dim": 16, "latent_dim": 1024},
}
NOT_MEASURED = Row("encoding", "basicpitch", None, detail="onnxruntime runs it, on the CPU")


def wait_for(device: torch.device) -> None:
    """Wait until a device has done all that it was given."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def weights_of(name: str, folder: Path, small: bool) -> Path | None:
    """Return a file of random weights; None for an encoder that has none."""
    config = SMALL.get(name, {}) if small else {}
    path = folder / f"{name}.pth"
    torch.manual_seed(0)
    if name == "spectrogram":
        return None
    if name == "dac":
        network = dac.Dac(**config).network
        torch.save({"state_dict": network.state_dict(), "metadata": {"kwargs": config}}, path)
    elif name == "jukebox":
        state = jukebox.Jukebox().state_dict()
        torch.save({jukebox.PREFIX + key: value for key, value in state.items()}, path)
    else:
        kind = {"audiomae": audiomae.AudioMae, "mert": mert.Mert}[name]
        torch.save((kind(config) if config else kind()).network.state_dict(), path)
    return path


@contextmanager
def small_networks(small: bool) -> Iterator[None]:
    """Load small networks instead of those of full size, while the block runs."""
    modules = {audiomae: "audiomae", mert: "mert"} if small else {}
    before = {module: module.load for module in modules}
    for module, name in modules.items():
        module.load = partial(module.load, config=SMALL[name])
    try:
        yield
    finally:
        for module, load in before.items():
            module.load = load


def sound(seconds: float, sample_rate: int, seed: int) -> np.ndarray:
    """Return chords that swell and fade, with noise: float32, shape (n,)."""
    rng = np.random.default_rng(seed)
    axis = np.arange(round(seconds * sample_rate)) / sample_rate
    tones = sum(np.sin(2 * np.pi * f * axis) for f in rng.uniform(80, 4000, 6))
    swell = 0.04 + 0.02 * np.sin(2 * np.pi * axis / 3)
    return (swell * tones + 0.01 * rng.standard_normal(len(axis))).astype(np.float32)


def recordings(folder: Path, count: int, seconds: int) -> list[Path]:
    """Write so many flac files of two channels, each of its own sound."""
    base = np.stack([sound(seconds, 44_100, seed) for seed in range(2)], axis=1)

    def one(number: int) -> Path:
        path = folder / f"{seconds}-{number}.flac"
        soundfile.write(path, np.roll(base, 4410 * number, axis=0), 44_100)
        return path

    with ThreadPoolExecutor() as threads:
        return list(threads.map(one, range(count)))


def measured_rate(device: torch.device, precision: str, size: int) -> float:
    """Return the rate of a square matrix product on a device in FLOP/s."""
    dtype = getattr(torch, precision)
    a, b = (torch.randn(size, size, device=device).to(dtype) for _ in range(2))
    least = float("inf")
    with full_float32():
        for _ in range(5):
            wait_for(device)
            begun = time.perf_counter()
            _ = a @ b
            wait_for(device)
            least = min(least, time.perf_counter() - begun)
    return 2 * size**3 / least


def parity(name: str, weights: Path | None, device: torch.device, count: int) -> Iterator[Row]:
    """Yield how far the device's embeddings of some segments are from the CPU's.

    Parameters
    ----------
    name, weights, device
        The encoder, its file, and where it runs.
    count
        Number of segments.
    """
    spec = spec_of(name)
    encoder = load_encoder(name, weights)
    assert isinstance(encoder, SegmentEncoder)
    sounds = [sound(10, spec.sample_rate, seed) for seed in range(count)]
    segments = torch.from_numpy(np.stack(sounds))
    with torch.inference_mode(), full_float32():
        here = encoder.encode(segments)
        encoder = encoder.to(device)
        there = encoder.encode(segments.to(device)).cpu()
        if spec.stored == "codes":
            share = (here == there).double().mean()
            yield Row("parity", f"{name}: codes equal", 100 * float(share), "%")
            z = encoder.to_embedding(here.to(device)).cpu()
            here, there = encoder.cpu().to_embedding(here), z
        yield _gap(f"{name}, float32", here, there)
        if spec.precision == "bfloat16":
            with torch.autocast(device.type, torch.bfloat16):
                half = encoder.encode(segments.to(device)).cpu()
            yield _gap(f"{name}, bfloat16", here, half)


def _gap(what: str, here: Tensor, there: Tensor) -> Row:
    gap = (here.double() - there.double()).abs()
    deviation = float(here.double().std())
    return Row(
        "parity",
        what,
        float(gap.max()) / deviation,
        "",
        f"largest difference from the CPU over the standard deviation; mean {gap.mean():.1e}",
    )


def flop_per_segment(name: str, weights: Path | None, device: torch.device) -> float:
    """Return the floating-point operations of products and convolutions for one segment."""
    spec = spec_of(name)
    encoder = load_encoder(name, weights).to(device)
    assert isinstance(encoder, SegmentEncoder)
    with torch.inference_mode(), FlopCounterMode(display=False) as counter:
        encoder.encode(torch.zeros(1, 10 * spec.sample_rate, device=device))
    return float(counter.get_total_flops())


def speed(
    name: str,
    weights: Path | None,
    device: torch.device,
    paths: Mapping[int, list[Path]],
    rates: Mapping[str, float],
) -> Row:
    """Return segments per second, decoding and writing included, and the share of the roofline.

    Parameters
    ----------
    name, weights, device
        The encoder, its file, and where it runs.
    paths
        Files by their length in seconds: two lengths, as many files of each.
    rates
        Measured rate of the device in FLOP/s by precision.
    """
    taken = {}
    for seconds, own in paths.items():
        store = own[0].parent / f"store-{name}-{seconds}"
        settings = EmbeddingSettings(
            store, (EncoderChoice(name, weights),), str(device), workers=default_workers()
        )
        begun = time.perf_counter()
        outcomes = list(embed_all(own, settings))
        taken[seconds] = time.perf_counter() - begun
        if any(outcome.status != "embedded" for outcome in outcomes):
            raise SystemExit(str([outcome.error for outcome in outcomes]))
    (short, long), count = sorted(taken), len(next(iter(paths.values())))
    segments = count * (long - short) / 10
    per_second = segments / max(1e-9, taken[long] - taken[short])
    flop, precision = flop_per_segment(name, weights, device), spec_of(name).precision
    share = flop * per_second / rates[precision]
    sheet = published_rate(device, precision)
    of_sheet = (
        "" if sheet is None else f", {100 * flop * per_second / sheet:.2g} % of the data sheet's"
    )
    hours = 137 * 180 / per_second / 3600
    return Row(
        "encoding",
        name,
        per_second,
        "segments/s",
        f"{flop / 1e9:.3g} GFLOP a segment: {100 * share:.2g} % of the measured {precision} "
        f"rate{of_sheet}; 137 × 30 min: {hours:.2g} h (extrapolated from {segments:.0f} segments); "
        f"loading and the rest {taken[short]:.1f} s",
    )
