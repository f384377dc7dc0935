"""Drawing: a function per figure, and the page of a tournament.

A ``draw_*`` function takes a table and optionally Matplotlib axes, draws the table on them in the
style of :mod:`plots.style`, and returns the axes. It computes nothing, shows nothing and saves
nothing: the numbers are those of the table, and the figure is the caller's. Of this project,
``plots`` imports nothing but ``ranking``: it knows candidates by their ids, and results by the
names they are given. It alone imports Matplotlib and Jinja.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
