"""Encoders: sound to embeddings, an encoder a file.

A new one is a file here, with a ``SPEC`` and a function ``load``, and a line in ``registry``, or an
entry point ``judge.encoders`` of another package. It imports :mod:`ranking.audio` and
:mod:`ranking.files`, nothing of comparisons or rankings.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
