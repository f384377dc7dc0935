from .bank import EmbeddingBank, open_bank
from .bank_source import BankSource
from .cache_key import CacheKey
from .choice import EncoderChoice, cache_key_with_weights_hash, load_encoders
from .embed import EmbeddingOutcome
from .precision import with_precision
from .store import Embedding, EmbeddingStore
from .workers import EmbeddingSettings, embed_all

__all__ = [
    "BankSource",
    "CacheKey",
    "Embedding",
    "EmbeddingBank",
    "EmbeddingOutcome",
    "EmbeddingSettings",
    "EmbeddingStore",
    "EncoderChoice",
    "cache_key_with_weights_hash",
    "embed_all",
    "load_encoders",
    "open_bank",
    "with_precision",
]
