from .components import (
    paths_of_wins,
    strongly_connected_components,
    weakly_connected_components,
)
from .counts import count_pairs

__all__ = [
    "count_pairs",
    "paths_of_wins",
    "strongly_connected_components",
    "weakly_connected_components",
]
