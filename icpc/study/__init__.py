"""One competition at work: where its comparisons come from, the ranking, and the result beside it.

It imports :mod:`icpc.competition` and :mod:`ranking`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
