from .davidson import DAVIDSON
from .order_effect import ORDER_EFFECT
from .thurstone import THURSTONE

__all__ = ["DAVIDSON", "ORDER_EFFECT", "THURSTONE"]
