from .crossed import CrossedStack
from .factorised import FactorisedHead
from .head import Head, HeadConfig, make_head
from .stack import Stack

__all__ = [
    "CrossedStack",
    "FactorisedHead",
    "Head",
    "HeadConfig",
    "Stack",
    "make_head",
]
