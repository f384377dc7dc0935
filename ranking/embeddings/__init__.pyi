from .bank import EmbeddingBank, open_bank
from .embed import Choice, Outcome, cache_key_of, load_chosen
from .executors import process_executor
from .store import CacheKey, Embedding, EmbeddingStore
from .workers import Work, embed_all

__all__ = [
    "CacheKey",
    "Choice",
    "Embedding",
    "EmbeddingBank",
    "EmbeddingStore",
    "Outcome",
    "Work",
    "cache_key_of",
    "embed_all",
    "load_chosen",
    "open_bank",
    "process_executor",
]
