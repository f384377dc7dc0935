"""Drawing: a function per figure, and the page of a tournament.

A ``draw_*`` function takes a table and perhaps an axis, draws the one on the other in the style of
:mod:`plots.style`, and returns the axis. It computes nothing, shows nothing and saves nothing: the
numbers are those of the table, and what becomes of the figure is the caller's. Of this project,
``plots`` imports nothing but ``ranking``: it knows candidates by their ids, and results by the
names they are given. It alone imports Matplotlib and Jinja.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
