"""Whether comparisons are consistent: order effect, cycles, concordance, calibration.

Only calibration and upsets need a result. It imports :mod:`ranking.evaluation` and what comes
before.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
