"""A ranking against a result: accuracy, hit-rate, agreement, with intervals and what chance does.

What is resampled, and how often, stands in ``resampling``. It imports :mod:`ranking.methods` and
what comes before; results are columns that are joined here.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
