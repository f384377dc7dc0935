"""Recordings from the network: which addresses are taken, and files whole or resumed.

Everything that a roster's addresses make this program connect to passes
:mod:`ranking.download.connection`. It imports :mod:`ranking.files`, progress and errors alone; of
pages of the web, yt-dlp finds the sound.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
