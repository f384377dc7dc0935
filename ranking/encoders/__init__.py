"""Encoders: recordings to embeddings, an adapter a file."""

from ranking.encoders.registry import ENCODERS, load_encoder, spec_of

__all__ = ["ENCODERS", "load_encoder", "spec_of"]
