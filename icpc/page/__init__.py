"""The text and the data of the report page and its figures, made from tables.

It imports :mod:`icpc.findings` and what comes before, and :mod:`plots`, which draws.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
