"""Files and what is in them: text, tables, hashes, and names that other packages offer.

Every file of the user's is read, and every result written, through here. It imports
:mod:`ranking.errors` and :mod:`ranking.deprecation` alone.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
