"""The report page: a template, a style sheet, scripts, and three JavaScript libraries.

It puts its content into one HTML file that needs nothing else. Sentences and tables come from
:mod:`icpc.page`, which it does not import. Of this project it imports :mod:`plots.style`, for the
colours.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
