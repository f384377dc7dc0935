"""The paper's experiments, and ours beside them: tables of encoders, data and results.

It imports :mod:`icpc.competition` and, of :mod:`ranking`, files and encoders.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
