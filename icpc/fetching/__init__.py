"""Recordings of a competition or a collection, from the network to a folder with an index.

What each recording has become is a row of the index, which can be edited. It imports
:mod:`icpc.competition`, workflows, and of :mod:`ranking` files, audio and download.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
