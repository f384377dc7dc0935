"""Who decides the precision in which an encoder embeds.

Conventions
-----------
The first of these that says anything: what is asked for, by the user or by the record of the ranker
that will judge; embeddings of the same encoder, weights and front end that are in the store; the
flags of the device (:mod:`ranking.encoders.precision`). Where the store has both, the flags choose.
"""

from dataclasses import replace

import torch

from ranking.embeddings.choice import EncoderChoice, cache_key_with_weights_hash
from ranking.embeddings.store import EmbeddingStore
from ranking.encoders import spec_of
from ranking.encoders.precision import default_precision, possible_precision
from ranking.encoders.spec import PRECISIONS


def with_precision(
    choice: EncoderChoice,
    device: str | torch.device,
    requested: str | None = None,
    store: EmbeddingStore | None = None,
) -> EncoderChoice:
    """Return the choice of an encoder with its precision decided.

    Parameters
    ----------
    choice : the encoder, its weights and front end
    device : where it will compute
    requested : the precision asked for, if any
    store : where its embeddings are looked for

    Raises
    ------
    EncoderError
        If there is no such precision, or the encoder cannot do with it.
    WeightsError
        If the weights cannot be read.
    """
    spec = spec_of(choice.encoder)
    if requested is not None:
        return replace(choice, precision=possible_precision(spec, requested))
    default = replace(choice, precision=default_precision(spec, device))
    if store is None or spec.precision == "float32":
        return default
    others = [replace(choice, precision=one) for one in PRECISIONS if one != default.precision]
    for own in (default, *others):
        if store.holds(cache_key_with_weights_hash(own)):
            return own
    return default
