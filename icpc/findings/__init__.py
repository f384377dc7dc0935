"""How far to trust a ranking: findings as values, each with a sentence; and rankings side by side.

A finding is a function and a line in ``checks``; whoever wants one asks by its key. It imports
:mod:`icpc.study` and what comes before.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
