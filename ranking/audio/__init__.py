"""Sound files: decoded in any format, cut into segments of ten seconds.

It imports :mod:`ranking.files` alone; what is compared, and how it is ranked, it does not know.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
