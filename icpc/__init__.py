"""The competition: who played, how far they got, and the program that ranks them.

What a command does is a function here, for notebooks and scripts, and is loaded when it is asked
for::

    from icpc import check, load_competition, rank

    study = rank(load_competition("icpc2015"))
    print(study.ranking.head())
    print(check(study).table())

It may import ``plots`` and ``ranking``, which know nothing of it.
"""

import lazy_loader

from ranking import __version__ as __version__

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
