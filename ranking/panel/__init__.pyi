from .options import MarkOptions
from .pooling import pool_rounds
from .reading import read_marks

__all__ = ["MarkOptions", "pool_rounds", "read_marks"]
