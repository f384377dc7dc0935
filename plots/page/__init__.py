"""The page of a tournament: a template, a style, a script, and three libraries of other people.

It puts what it is given into one HTML file that needs nothing else, and says nothing of its own:
sentences and tables come from :mod:`icpc.page`, which it does not import. Of this project it
imports :mod:`plots.style`, for the colours.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
