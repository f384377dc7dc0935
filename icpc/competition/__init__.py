"""Who played, in which rounds, and which file is whose recording.

Competitions come by name or from a roster CSV. It imports :mod:`ranking.files` and errors.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
