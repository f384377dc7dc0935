"""How long judging what was fetched will take on this machine, measured on one segment.

Conventions
-----------
Nearly all of the time goes into embedding, by the encoder of the ranker that comes with the
program. Processes that work at the same time are taken to share the work evenly.
"""

from pathlib import Path

from icpc.installation.weights import weights_folder
from icpc.workflows.embedding import best_device
from ranking.audio.lengths import SEGMENT_SECONDS
from ranking.embeddings.choice import EncoderChoice, load_encoders
from ranking.embeddings.precision import with_precision
from ranking.embeddings.timing import measure_segment_seconds
from ranking.embeddings.workers import default_workers
from ranking.encoders import spec_of
from ranking.encoders.weights import find_required_weights
from ranking.judging.probe_ranker import load_own_or_shipped_ranker


def estimate_judging_seconds(path: Path, sound_seconds: float) -> float:
    """Return how many seconds it takes to embed so much sound, by one segment of a recording.

    Parameters
    ----------
    path : a recording
    sound_seconds : length of all recordings together

    Raises
    ------
    JudgeError
        If the recording cannot be used, or weights are missing.
    """
    ranker = load_own_or_shipped_ranker(None, None)
    spec, device = spec_of(ranker.cache_key.encoder), best_device()
    weights = find_required_weights(spec, weights_folder())
    choice = EncoderChoice(spec.name, weights, ranker.cache_key.front_end)
    encoders = load_encoders([with_precision(choice, device, ranker.cache_key.precision)], device)
    segments = sound_seconds / SEGMENT_SECONDS
    processes = default_workers() if device == "cpu" else 1
    return measure_segment_seconds(path, encoders) * segments / processes
