"""Embeddings at a coarser resolution: longer frames, shorter segments."""

import numpy as np

from ranking.audio.lengths import SEGMENT_SECONDS
from ranking.embeddings.store import Embedding


def resampled(one: Embedding, pool: int, seconds: int = SEGMENT_SECONDS) -> Embedding:
    """Return an embedding with longer frames and shorter segments.

    Parameters
    ----------
    one
        The embedding.
    pool
        Frames that are averaged into one.
    seconds
        Length of a segment.
    """
    pieces = SEGMENT_SECONDS // seconds
    values = np.asarray(one.segments[:])
    count, frames, dimension = values.shape
    kept = frames // pieces // pool * pool
    cut = values[:, : frames // pieces * pieces].reshape(count * pieces, -1, dimension)
    means = cut[:, :kept].reshape(len(cut), -1, pool, dimension).mean(axis=2, dtype=np.float32)
    starts = np.arange(pieces) * seconds
    sound = np.clip(one.seconds[:, np.newaxis] - starts, 0, seconds).ravel()
    return Embedding(means[sound > 0].astype(values.dtype), sound[sound > 0])
