"""Which pairs to compare next, where not all are compared, and when to stop.

It imports, of this package's siblings, comparisons, methods, evaluation and uncertainty.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
