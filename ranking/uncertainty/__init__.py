"""How sure a ranking is: intervals of rank and strength by the unit that varies by chance.

``units`` says which unit that is. It imports :mod:`ranking.evaluation` and what comes before, and
knows no results.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
