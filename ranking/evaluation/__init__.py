"""A ranking compared with a result: accuracy, hit-rate, agreement, intervals and null models.

``resampling`` has what is resampled, and how often. It imports :mod:`ranking.methods` and what
comes before; results are columns that are joined here.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
