"""The engine: from sound to comparisons, from comparisons to one order, and how far to trust it.

Candidates are plain strings here; which competition they played, and what became of them, is not
this package's business: results enter only as columns to compare a finished ranking with. It
imports neither ``icpc`` nor ``plots``. Its packages stand in one order, and each may import those
before it: ``files``, ``devices``, ``comparisons``, ``panel``, ``methods``, ``evaluation``,
``uncertainty``, ``consistency``, ``audio``, ``encoders``, ``embeddings``, ``tasks``, ``network``,
``probe``, ``judging``.
Names are loaded when they are used: to import a package costs nothing.
"""

import lazy_loader

__version__ = "0.1.0"
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
