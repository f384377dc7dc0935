"""What each command does, as functions that a notebook can call.

They take settings, show how far they are to a :class:`~ranking.progress.Progress`, and print
nothing. They import everything of this package but ``cli``, which calls them.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
