"""Probes: trained on labelled recordings, and tested on others.

It imports :mod:`icpc.workflows` and what comes before.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
