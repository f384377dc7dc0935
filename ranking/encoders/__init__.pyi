from .base import Encoder, SegmentEncoder
from .precision import default_precision
from .registry import ENCODERS, load_encoder, spec_of
from .spec import EncoderSpec, Weights
from .weights import fetch_weights, find_required_weights

__all__ = [
    "ENCODERS",
    "Encoder",
    "EncoderSpec",
    "SegmentEncoder",
    "Weights",
    "default_precision",
    "fetch_weights",
    "find_required_weights",
    "load_encoder",
    "spec_of",
]
