"""Devices that compute, beside the CPU: their precision, their memory, and copies to and from them.

It imports nothing but :mod:`ranking.errors`, and every package that computes with torch may use it.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
