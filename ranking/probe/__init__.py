"""Training: heads on embeddings, for any task, and probes on disk.

The loop knows no task. It imports :mod:`ranking.tasks`, :mod:`ranking.network` and what comes
before.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
