from .compared_pairs import ComparedPairs, nothing_compared
from .rules import select_pairs
from .stability import is_stable, round_agreements

__all__ = [
    "ComparedPairs",
    "is_stable",
    "nothing_compared",
    "round_agreements",
    "select_pairs",
]
