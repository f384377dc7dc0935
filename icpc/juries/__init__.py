"""A panel analysed: its jurors, how far they agree, and what the result owes to each of them.

It imports :mod:`icpc.findings` and what comes before.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
