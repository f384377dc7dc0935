"""Time encoders from sound file to store, as ratios to encoding one segment at a time.

Run ``python tests/benchmarks/encoding.py audiomae dac``; without names, all. Networks have their
full size and random weights. Three ways, on the same two recordings, in the same run:

* *judge*: decoded once, segments in batches, bfloat16 where the encoder bears it, decoding beside
  encoding;
* *one by one*: decoded once, then one segment at a time in float32, all threads;
* *anew*: the same, but the file is decoded again up to the end of each segment.

Seconds of *judge* include starting its processes and loading networks; those of the others do not.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile
import torch

from ranking.audio.segments import stream_segments
from ranking.embeddings.choice import EncoderChoice
from ranking.embeddings.workers import EmbeddingSettings, default_workers, embed_all
from ranking.encoders import ENCODERS, audiomae, dac, jukebox, load_encoder, mert, spec_of
from ranking.encoders.base import SegmentEncoder
from ranking.encoders.weights import fetch_weights

SLOW = ("dac", "mert")  # for these, a minute of sound is enough


def recordings(folder: Path, seconds: int) -> list[Path]:
    """Two mp3 files of noise that swells and fades."""
    rng = np.random.default_rng(0)
    paths = []
    for number in range(2):
        time_axis = np.arange(seconds * 44_100) / 44_100
        swell = 0.1 + 0.05 * np.sin(2 * np.pi * time_axis / 3)
        path = folder / f"{seconds}-{number}.mp3"
        soundfile.write(path, swell * rng.standard_normal(len(time_axis)).clip(-3, 3), 44_100)
        paths.append(path)
    return paths


def weights_of(name: str, folder: Path) -> Path | None:
    """A file of random weights in the published layout; Basic Pitch's own."""
    networks: dict[str, Callable[[], torch.nn.Module]] = {
        "audiomae": lambda: audiomae.AudioMae().network,
        "mert": lambda: mert.Mert().network,
        "dac": lambda: dac.Dac().network,
        "jukebox": jukebox.Jukebox,
    }
    if name == "spectrogram":
        return None
    if name == "basicpitch":
        return fetch_weights(spec_of(name).weights, folder)
    path = folder / f"{name}.pth"
    state = networks[name]().state_dict()
    prefix = jukebox.PREFIX if name == "jukebox" else ""
    torch.save({prefix + key: value for key, value in state.items()}, path)
    return path


def one_by_one(encoder: SegmentEncoder, paths: list[Path], folder: Path, anew: bool) -> float:
    """Seconds to encode one segment after another and save each recording."""
    begun = time.perf_counter()
    with torch.inference_mode():
        for path in paths:
            embeddings = []
            for segment in stream_segments(path, (encoder.sample_rate,)):
                samples = segment.samples[encoder.sample_rate]
                if anew:
                    again = stream_segments(path, (encoder.sample_rate,))
                    samples = next(
                        one.samples[encoder.sample_rate]
                        for one in again
                        if one.index == segment.index
                    )
                embeddings.append(encoder(torch.from_numpy(samples)[None])[0].half().numpy())
            np.save(folder / f"{path.stem}.npy", np.stack(embeddings))
    return time.perf_counter() - begun


def main() -> None:
    """Print a table for each encoder named."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    segment_wise = [name for name in ENCODERS if name != "controls"]
    parser.add_argument("encoders", nargs="*", default=segment_wise, metavar="ENCODER")
    parser.add_argument("--seconds", type=int, help="of each recording")
    arguments = parser.parse_args()
    print(f"{os.cpu_count()} cores, torch {torch.__version__}")
    print("encoder      real time   MB/h  judge ÷ one by one  judge ÷ anew")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for encoder in arguments.encoders:
            length = arguments.seconds or (60 if encoder in SLOW else 600)
            paths = recordings(folder, length)
            weights = weights_of(encoder, folder)
            store = folder / f"store-{encoder}"
            begun = time.perf_counter()
            work = EmbeddingSettings(
                store, (EncoderChoice(encoder, weights),), workers=default_workers()
            )
            done = list(embed_all(paths, work))
            own = time.perf_counter() - begun
            if any(outcome.status != "embedded" for outcome in done):
                raise SystemExit(str([outcome.error for outcome in done]))
            size = sum(path.stat().st_size for path in store.glob("*/*.npy"))
            network = load_encoder(encoder, weights)
            single, decoded_anew = (
                one_by_one(network, paths, folder, anew) for anew in (False, True)
            )
            print(
                f"{encoder:12} {2 * length / own:8.1f} × {size / (2 * length / 3600) / 1e6:6.0f}"
                f" {own / single:19.2f} {own / decoded_anew:13.2f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
