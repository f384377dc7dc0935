"""Other processes, of this machine or a cluster; memory of a process.

It imports nothing of the packages beside it.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
