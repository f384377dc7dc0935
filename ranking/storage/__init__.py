"""Where embeddings and votes are stored: a folder of this machine, or an address of objects.

It imports :mod:`ranking.errors` and :mod:`ranking.files`; what reads addresses is loaded when one
is opened.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
