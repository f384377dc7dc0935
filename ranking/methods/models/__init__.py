"""Models of comparisons beside Bradley-Terry: with ties, with an order effect, and Thurstone's.

Each gives the log-likelihood of pairs and its slopes; :mod:`ranking.methods.models.fit` maximises
it. It imports :mod:`ranking.methods` of Bradley-Terry and what comes before.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
