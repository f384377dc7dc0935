"""The head of the paper, and fast forms of it with the same logits.

``Head`` is plain; ``HeadStack`` trains many as one, ``PairStack`` convolves each window of a step
once for all its pairs, ``FactorisedHead`` compares all pairs at once. It imports no other package.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
