from .factorised import FactorisedHead
from .head import Head, HeadConfig, make_head
from .pair_stack import PairStack
from .stack import HeadStack

__all__ = [
    "FactorisedHead",
    "Head",
    "HeadConfig",
    "HeadStack",
    "PairStack",
    "make_head",
]
