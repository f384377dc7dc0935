from .options import MarkOptions
from .pooling import pool_rounds
from .positions import read_positions
from .reading import read_marks
from .relations import read_relations

__all__ = ["MarkOptions", "pool_rounds", "read_marks", "read_positions", "read_relations"]
