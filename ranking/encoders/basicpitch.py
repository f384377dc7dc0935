"""Basic Pitch: probabilities of notes.

Conventions
-----------
22,050 Hz, a frame every 256 samples: 861 a segment, of 440 probabilities each, the 88 notes of the
piano that sound, the 88 that begin, and 264 contours (three a semitone) [1]_. The network sees
43,844 samples and gives 172 frames; 15 at either end lack context and are dropped, so windows
follow each other every 142 frames, exactly on the grid.
Its trained network is small and comes in the package that its makers publish; onnxruntime runs it.

References
----------
.. [1] R. Bittner et al., "A lightweight instrument-agnostic model for polyphonic note transcription
   and multipitch estimation", ICASSP 2022.
"""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import pad

from ranking.encoders.base import SegmentEncoder, freeze
from ranking.encoders.spec import EncoderSpec, Weights
from ranking.errors import WeightsError

SPEC = EncoderSpec(
    name="basicpitch",
    title="Basic Pitch, notes",
    sample_rate=22_050,
    frames=861,
    dimension=440,
    precision="float32",
    licence="Apache-2.0",
    weights=Weights(
        file="basic-pitch-0.4.0-nmp.onnx",
        url="pip:basic-pitch==0.4.0",
        size=230_000,
        licence="Apache-2.0",
        source="Spotify, basic-pitch 0.4.0",
        sha256="2c3c1d144bfa61ad236e92e169c13535c880469a12a047d4e73451f2c059a0ec",
        member="basic_pitch/saved_models/icassp_2022/nmp.onnx",
        package_sha256="738adb503aae7fdfc7d1e1511aa0ce35052315f260a19531ef4c356708425db0",
    ),
)
NOTES = slice(0, 88)
"""Dimensions of a frame that hold the sounding notes, from A0 (MIDI 21) up."""
NOTES_ONSETS_CONTOURS = [f"StatefulPartitionedCall:{number}" for number in (1, 2, 0)]
HOP_LENGTH, WINDOW_SAMPLES, EDGE_FRAMES, FRAMES_PER_WINDOW = 256, 43_844, 15, 142


class BasicPitch(SegmentEncoder):
    """The network run by onnxruntime, on the CPU."""

    spec = SPEC

    def __init__(self, path: Path) -> None:
        import onnxruntime
        from onnxruntime.capi import onnxruntime_pybind11_state as state

        super().__init__()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = torch.get_num_threads()
        try:
            self._session = onnxruntime.InferenceSession(
                str(path), options, providers=["CPUExecutionProvider"]
            )
        except (state.InvalidProtobuf, state.InvalidGraph, state.Fail) as error:
            reason = str(error).splitlines()[0][:120]
            raise WeightsError(
                str(path), f"it holds no network ({reason})", "fetch it again"
            ) from None
        self._input = self._session.get_inputs()[0].name

    def encode(self, samples: Tensor) -> Tensor:
        """Return (B, 861, 440): notes, onsets, contours."""
        self.check(samples)
        windows = -(-SPEC.frames // FRAMES_PER_WINDOW)
        step, edge = FRAMES_PER_WINDOW * HOP_LENGTH, EDGE_FRAMES * HOP_LENGTH
        span = (windows - 1) * step + WINDOW_SAMPLES
        padded = pad(samples.float().cpu(), (edge, span - edge - samples.shape[1]))
        cut = padded.unfold(1, WINDOW_SAMPLES, step).reshape(-1, WINDOW_SAMPLES, 1)
        frames = self._run(cut.numpy())  # (B*windows, 172, 440)
        frames = frames[:, EDGE_FRAMES : EDGE_FRAMES + FRAMES_PER_WINDOW]  # (B*windows, 142, 440)
        embedding = torch.from_numpy(frames).reshape(len(samples), -1, SPEC.dimension)
        return embedding[:, : SPEC.frames].to(samples.device)

    def _run(self, windows: np.ndarray) -> np.ndarray:
        """Notes, onsets and contours side by side, shape (windows, 172, 440)."""
        outputs = self._session.run(
            NOTES_ONSETS_CONTOURS, {self._input: np.ascontiguousarray(windows)}
        )
        return np.concatenate(outputs, axis=2)


def load(path: Path) -> BasicPitch:
    """Return the encoder with the network of a file.

    Raises
    ------
    WeightsError
        If the file holds no such network.
    """
    return freeze(BasicPitch(path))
