"""Ways to rank: from who won over whom to one strength for each candidate, a family a file.

A method is a value of :class:`Method` and a line in :data:`METHODS`. What is resampled to say how
far a rank can be trusted is :mod:`ranking.evaluation`'s business. It imports
:mod:`ranking.comparisons` and what comes before.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
