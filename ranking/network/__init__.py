"""The head of the paper, and its fast forms under one contract: the same logits.

``Head`` is plain; ``Stack`` trains many as one, ``CrossedStack`` convolves each window of a step
once for all its pairs, ``FactorisedHead`` judges all pairs at once. It imports no other package.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
