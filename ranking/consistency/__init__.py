"""Comparisons against themselves: order of hearing, cycles, calibration, who beat whom.

No result is needed but for calibration and upsets. It imports :mod:`ranking.evaluation` and what
comes before.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
